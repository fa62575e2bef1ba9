import type { ValidationError } from '../../platform/errors/errors.js';
import { snakeName } from '../../platform/wire/snake-case.js';
import { CIBA, DEVICE_CODE } from '../../settings/protocol/grant-types.js';
import type { TypedClientSettings } from '../client-record/client-record.js';
import type { Rule } from '../client-rules/client-rules.js';

const OWN_KEY_METHODS: readonly unknown[] = ['private_key_jwt', 'self_signed_tls_client_auth'];

/** The rules of pairwise subjects (OpenID Connect Core section 8.1, CIBA section 4). */
export const SUBJECT_RULES: readonly Rule[] = [
  {
    reads: ['subjectType', 'sectorIdentifierUri', 'redirectUris', 'responseTypes', 'grantTypes'],
    check: (settings) => {
      const { subjectType, sectorIdentifierUri, redirectUris, responseTypes } = settings;
      if (subjectType !== 'pairwise' || sectorIdentifierUri !== null) return [];
      const elsewhere = withoutBrowser(settings).length > 0;
      if (responseTypes.length === 0)
        return elsewhere
          ? []
          : error('sectorIdentifierUri', 'Without redirect URIs, pairwise subjects need it.');
      const hosts = new Set(redirectUris.map((uri) => new URL(uri).host));
      if (hosts.size === 1 && !hosts.has('') && !elsewhere) return [];
      const why = elsewhere
        ? 'The client has redirect URIs and a grant without them'
        : 'The redirect URIs do not have one host in common';
      return error('sectorIdentifierUri', `${why}: pairwise subjects need it.`);
    },
  },
  {
    reads: ['subjectType', 'redirectUris', 'jwksUri'],
    check: ({ subjectType, redirectUris, jwksUri }) =>
      subjectType === 'pairwise' && redirectUris.length === 0 && jwksUri === null
        ? error('jwksUri', 'Without redirect URIs, it proves the sector of pairwise subjects.')
        : [],
  },
  {
    reads: ['subjectType', 'grantTypes', 'tokenEndpointAuthMethod', 'jwksUri'],
    check: (settings) => {
      const [grant] = withoutBrowser(settings);
      if (settings.subjectType !== 'pairwise' || grant === undefined) return [];
      const hasKeys = OWN_KEY_METHODS.includes(settings.tokenEndpointAuthMethod) && settings.jwksUri !== null;
      const needed = 'jwks_uri, and private_key_jwt or self_signed_tls_client_auth';
      return hasKeys ? [] : error('subjectType', `With ${grant}, pairwise subjects need ${needed}.`);
    },
  },
];

/** The grants whose sector is the host of `jwks_uri`. */
export function withoutBrowser({ grantTypes }: Pick<TypedClientSettings, 'grantTypes'>): string[] {
  return grantTypes.filter((grant) => grant === CIBA || grant === DEVICE_CODE);
}

function error(field: keyof TypedClientSettings, detail: string): ValidationError[] {
  return [{ pointer: `/${snakeName(field)}`, detail }];
}
