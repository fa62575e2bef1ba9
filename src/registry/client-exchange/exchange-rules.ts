import type { ValidationError } from '../../platform/errors/errors.js';
import { JWT_BEARER, TOKEN_EXCHANGE } from '../../settings/protocol/grant-types.js';
import type { Rule } from '../client-rules/client-rules.js';
import { webUrlErrors } from '../client-rules/redirect-uri-rules.js';
import { isForOtherServer, isKindOfSubject } from './exchange-rule.js';

/** The rules between what a client may exchange, the issuers that it trusts, and its other settings. */
export const EXCHANGE_RULES: readonly Rule[] = [
  {
    reads: ['grantTypes', 'tokenExchange'],
    check: ({ grantTypes, tokenExchange }) => {
      const isListed = grantTypes.includes(TOKEN_EXCHANGE);
      if (isListed === tokenExchange.length > 0) return [];
      return isListed
        ? error('/token_exchange', 'Say what may be exchanged for what, or leave the grant type out.')
        : error('/grant_types', `token_exchange needs the grant type ${TOKEN_EXCHANGE}.`);
    },
  },
  {
    reads: ['clientType', 'tokenEndpointAuthMethod', 'grantTypes'],
    check: ({ clientType, grantTypes }) => {
      const index = grantTypes.indexOf(TOKEN_EXCHANGE);
      if (clientType === 'confidential' || index < 0) return [];
      return error(`/grant_types/${String(index)}`, `${TOKEN_EXCHANGE} is for confidential clients.`);
    },
  },
  {
    // A confidential one may use assertions about people, of identity providers that the installation trusts.
    reads: ['clientType', 'tokenEndpointAuthMethod', 'grantTypes', 'trustedIssuers', 'jwks', 'jwksUri'],
    check: ({ clientType, grantTypes, trustedIssuers, jwks, jwksUri }) => {
      const isUsable = trustedIssuers.length > 0 || jwks !== null || jwksUri !== null;
      if (clientType === 'confidential' || !grantTypes.includes(JWT_BEARER) || isUsable) return [];
      return error(
        '/trusted_issuers',
        `A public client with ${JWT_BEARER} needs a trusted issuer, or keys of its own.`,
      );
    },
  },
  {
    reads: ['tokenExchange'],
    check: ({ tokenExchange }) =>
      tokenExchange.flatMap((rule, index) => {
        if (!isForOtherServer(rule)) return [];
        const at = `/token_exchange/${String(index)}`;
        return [
          ...(rule.subject === 'own'
            ? []
            : error(
                `${at}/subject`,
                'Another server is told of people who signed in to this client: send own.',
              )),
          ...webUrlErrors(rule.audience, { loopback: true, fragment: false }).flatMap((detail) =>
            error(`${at}/audience`, `${detail} With client_id it is the issuer of another server.`),
          ),
        ];
      }),
  },
  {
    reads: ['tokenExchange', 'trustedIssuers', 'scopes'],
    check: ({ tokenExchange, trustedIssuers, scopes }) =>
      tokenExchange.flatMap(({ subject, scopes: wanted }, index) => {
        if (isKindOfSubject(subject)) return [];
        const at = `/token_exchange/${String(index)}`;
        if (!trustedIssuers.some(({ issuer }) => issuer === subject))
          return error(`${at}/subject`, 'This issuer is not in trusted_issuers: add it there.');
        // A person of this server consents; nobody does for a subject of another one.
        return wanted.flatMap((name, position) =>
          scopes.includes(name)
            ? []
            : error(`${at}/scopes/${String(position)}`, `"${name}" is not in scopes: add it there.`),
        );
      }),
  },
  {
    reads: ['trustedIssuers', 'scopes'],
    check: ({ trustedIssuers, scopes }) =>
      trustedIssuers.flatMap(({ scopes: wanted = [] }, index) =>
        wanted.flatMap((name, position) =>
          scopes.includes(name)
            ? []
            : error(
                `/trusted_issuers/${String(index)}/scopes/${String(position)}`,
                `"${name}" is not in scopes: add it there.`,
              ),
        ),
      ),
  },
];

function error(pointer: string, detail: string): ValidationError[] {
  return [{ pointer, detail }];
}
