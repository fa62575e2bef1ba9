/** The token type of assertions about people (draft-ietf-oauth-identity-assertion-authz-grant-03). */
export const ID_JAG = 'urn:ietf:params:oauth:token-type:id-jag';
/** The `typ` of such an assertion. */
export const ID_JAG_TYP = 'oauth-id-jag+jwt';
/** What a server that accepts them says in its metadata. */
export const ID_JAG_PROFILE = 'urn:ietf:params:oauth:grant-profile:id-jag';
