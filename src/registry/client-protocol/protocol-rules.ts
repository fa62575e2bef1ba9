import type { ValidationError } from '../../platform/errors/errors.js';
import type { Rule } from '../client-rules/client-rules.js';
import { canVerify } from '../client-rules/jwks-rules.js';

/** The rules between the fields of the protocol, and between them and others. */
export const PROTOCOL_RULES: readonly Rule[] = [
  {
    reads: ['requestObjectSigningAlg', 'requireSignedRequestObject', 'jwks', 'jwksUri'],
    check: ({ requestObjectSigningAlg: alg, requireSignedRequestObject: required, jwks, jwksUri }) =>
      (alg === null && !required) || jwksUri !== null || jwks?.keys.some(canVerify)
        ? []
        : error(
            required ? '/require_signed_request_object' : '/request_object_signing_alg',
            'Signed request objects are verified with a key of the client: send jwks or jwks_uri (RFC 9101).',
          ),
  },
];

/** One error. */
export function error(pointer: string, detail: string): ValidationError[] {
  return [{ pointer, detail }];
}
