/**
 * What the JWTs of other issuers may be signed with. Asymmetric only: with a symmetric key, every party that verifies
 * tokens could also issue them.
 */
export const OUTSIDE_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
