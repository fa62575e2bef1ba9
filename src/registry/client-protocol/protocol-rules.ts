import type { ValidationError } from '../../platform/errors/errors.js';
import type { TypedClientSettings } from '../client-record/client-record.js';
import type { Rule } from '../client-rules/client-rules.js';
import { canVerify } from '../client-rules/jwks-rules.js';
import { ALWAYS_SIGNING } from '../../settings/protocol/signing-algorithms.js';
import { snakeName } from '../../platform/wire/snake-case.js';
import { CERTIFICATE_RULES } from './certificate-rules.js';
import { SUBJECT_RULES } from '../client-subjects/subject-rules.js';
import { EXCHANGE_RULES } from '../client-exchange/exchange-rules.js';
import { BACKCHANNEL_RULES } from './backchannel-rules.js';
import { PROFILE_RULES } from './security-profiles.js';

type Field = keyof TypedClientSettings;

/** What this server signs, by the field that says with what. */
const SIGNED = [
  'idTokenSignedResponseAlg',
  'userinfoSignedResponseAlg',
  'introspectionSignedResponseAlg',
  'authorizationSignedResponseAlg',
] as const satisfies readonly Field[];
/** What is encrypted for the client, by the fields that say how. */
const ENCRYPTED = [
  ['idTokenEncryptedResponseAlg', 'idTokenEncryptedResponseEnc'],
  ['userinfoEncryptedResponseAlg', 'userinfoEncryptedResponseEnc'],
  ['introspectionEncryptedResponseAlg', 'introspectionEncryptedResponseEnc'],
  ['authorizationEncryptedResponseAlg', 'authorizationEncryptedResponseEnc'],
] as const satisfies readonly (readonly [Field, Field])[];

/** The rules between the fields of the protocol, and between them and others. */
export const PROTOCOL_RULES: readonly Rule[] = [
  {
    reads: ['requestObjectSigningAlg', 'requireSignedRequestObject', 'jwks', 'jwksUri'],
    check: ({ requestObjectSigningAlg: alg, requireSignedRequestObject: required, jwks, jwksUri }) =>
      (alg === null && !required) || jwksUri !== null || jwks?.keys.some(canVerify)
        ? []
        : error(
            required ? 'requireSignedRequestObject' : 'requestObjectSigningAlg',
            'Signed request objects are verified with a key of the client: send jwks or jwks_uri (RFC 9101).',
          ),
  },
  ...SIGNED.map((field): Rule => ({
    reads: [field],
    check: (settings, _, { signingAlgorithms = ALWAYS_SIGNING }) => {
      const alg = settings[field];
      if (alg === null || signingAlgorithms.includes(alg)) return [];
      return error(
        field,
        `${alg} cannot be used: this installation has not turned it on (SIGNING_ALGORITHMS).`,
      );
    },
  })),
  ...ENCRYPTED.map(([alg, enc]): Rule => ({
    reads: [alg, enc, 'jwks', 'jwksUri'],
    check: (settings) => {
      const { jwks, jwksUri } = settings;
      const chosen = settings[alg];
      if (chosen === null)
        return settings[enc] === null ? [] : error(enc, `Send ${snakeName(alg)} too, or leave this out.`);
      if (jwksUri !== null || jwks?.keys.some((key) => canEncrypt(key, chosen))) return [];
      return error(alg, `${chosen} needs a public key of the client for it: send jwks or jwks_uri.`);
    },
  })),
  {
    reads: ['userinfoEncryptedResponseAlg', 'userinfoSignedResponseAlg'],
    check: ({ userinfoEncryptedResponseAlg: encrypted, userinfoSignedResponseAlg: signed }) =>
      encrypted === null || signed !== null
        ? []
        : error(
            'userinfoEncryptedResponseAlg',
            'Send userinfo_signed_response_alg too: what is encrypted is signed.',
          ),
  },
  {
    reads: ['dpopBoundAccessTokens', 'responseTypes'],
    check: ({ dpopBoundAccessTokens: bound, responseTypes }) =>
      bound && responseTypes.some((type) => type.split(' ').includes('token'))
        ? error(
            'dpopBoundAccessTokens',
            'A token that comes through the browser cannot be bound: leave the response types with token out.',
          )
        : [],
  },
  ...BACKCHANNEL_RULES,
  ...CERTIFICATE_RULES,
  ...EXCHANGE_RULES,
  ...SUBJECT_RULES,
  ...PROFILE_RULES,
];

function canEncrypt({ kty, use, alg }: Readonly<Record<string, unknown>>, chosen: string): boolean {
  const fits = chosen.startsWith('RSA') ? kty === 'RSA' : kty === 'EC';
  return fits && (use === undefined || use === 'enc') && (alg === undefined || alg === chosen);
}

function error(field: Field, detail: string): ValidationError[] {
  return [{ pointer: `/${snakeName(field)}`, detail }];
}
