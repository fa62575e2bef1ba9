/** What DPoP proofs may be signed with (RFC 9449). */
export const PROOF_ALGORITHMS = ['ES256', 'PS256', 'EdDSA', 'Ed25519'];
