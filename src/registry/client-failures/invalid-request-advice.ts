/** What the description of an `invalid_request` is about, and what to do; the first that matches counts. */
const ADVICE: readonly (readonly [about: RegExp, advice: string])[] = [
  [
    /\bmust not be provided twice$/,
    'The request has a parameter twice: the application has to send each once.',
  ],
  [
    /\bcode_challenge|\bcode_verifier|\bpkce_required|\bPKCE\b/,
    'The code challenge (PKCE) is missing or wrong: turn PKCE with S256 on in the application; a confidential client may do without where pkce_required is false.',
  ],
  [
    /\bredirect_uri\b/,
    'The request names no redirect URI: the application has to send redirect_uri, one of those of the client, also where there is only one.',
  ],
  [
    /^missing required parameters? /,
    'A parameter that the description names is missing: the application has to send it.',
  ],
  [
    /\bprompt\b/,
    'The application sends a prompt that this server does not have, or none with another: prompt_values_supported in the metadata has the list.',
  ],
  [/\bmax_age\b/, 'max_age is not a whole number of seconds: correct it in the application.'],
  [
    /\bresponse_mode\b/,
    'The response mode does not go with the response type or the client: leave response_mode out in the application.',
  ],
  [
    /\bid_token_hint\b/,
    'id_token_hint is no ID token that this server issued to the client: the application has to send the newest one as it is.',
  ],
  [
    /\bclaims\b/,
    'The parameter claims is not as OpenID Connect Core section 5.5 has it: correct it, or ask for scopes.',
  ],
  [
    /^Pushed Authorization Request must be used/,
    'The client has to push its requests (RFC 9126): turn that on in the application, or require_pushed_authorization_requests off.',
  ],
  [
    /^Request Object must be used/,
    'The client has to sign its requests (RFC 9101): turn that on in the application, or request_object_signing_alg off.',
  ],
  [
    /^openid scope must be/,
    'The request is one of OpenID Connect: the application has to ask for the scope openid.',
  ],
  [
    / has more than \d+ bytes$/,
    'A parameter is too long: the application has to send less, and keep the rest itself.',
  ],
  [
    /\bcontent-type bodies\b|\brequest body\b/,
    'The body is no form: the application has to send application/x-www-form-urlencoded.',
  ],
  [
    /\bauthentication\b|\bclient_id\b|\bclient_secret\b|\bclient_assertion|^invalid authorization header/,
    'The client authenticates in a way that cannot be read, or in two ways at once: look at its method of authentication in the application.',
  ],
];

/** What to do about an `invalid_request` with this description; undefined where only the description itself says it. */
export function adviceOnRequest(description: string): string | undefined {
  return ADVICE.find(([about]) => about.test(description))?.[1];
}
