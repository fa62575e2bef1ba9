import type { ValidationError } from '../../platform/errors/errors.js';
import { CIBA } from '../../settings/protocol/grant-types.js';
import { snakeName } from '../../platform/wire/snake-case.js';
import type { TypedClientSettings } from '../client-record/client-record.js';
import type { Rule } from '../client-rules/client-rules.js';
import { canVerify } from '../client-rules/jwks-rules.js';

/** What is only for clients of the grant type. */
const FIELDS = [
  'backchannelTokenDeliveryMode',
  'backchannelClientNotificationEndpoint',
  'backchannelAuthenticationRequestSigningAlg',
] as const satisfies readonly (keyof TypedClientSettings)[];

/** The rules of clients that ask for a person by themselves (CIBA section 4). */
export const BACKCHANNEL_RULES: readonly Rule[] = [
  {
    reads: ['clientType', 'tokenEndpointAuthMethod', 'grantTypes'],
    check: ({ clientType, grantTypes }) => {
      const index = grantTypes.indexOf(CIBA);
      if (clientType === 'confidential' || index < 0) return [];
      return [{ pointer: `/grant_types/${String(index)}`, detail: `${CIBA} is for confidential clients.` }];
    },
  },
  {
    reads: ['grantTypes', ...FIELDS],
    check: (settings) =>
      settings.grantTypes.includes(CIBA)
        ? []
        : FIELDS.filter((field) => settings[field] !== null).flatMap((field) =>
            error(field, `Add ${CIBA} to grant_types, or leave this out.`),
          ),
  },
  {
    reads: ['backchannelTokenDeliveryMode', 'backchannelClientNotificationEndpoint'],
    check: ({ backchannelTokenDeliveryMode: mode, backchannelClientNotificationEndpoint: endpoint }) => {
      if ((mode === 'ping') === (endpoint !== null)) return [];
      return error(
        'backchannelClientNotificationEndpoint',
        mode === 'ping'
          ? 'ping needs the URL that is notified.'
          : 'Only ping has it: set backchannel_token_delivery_mode to ping, or leave this out.',
      );
    },
  },
  {
    reads: ['backchannelAuthenticationRequestSigningAlg', 'jwks', 'jwksUri'],
    check: ({ backchannelAuthenticationRequestSigningAlg: alg, jwks, jwksUri }) =>
      alg === null || jwksUri !== null || jwks?.keys.some(canVerify)
        ? []
        : error(
            'backchannelAuthenticationRequestSigningAlg',
            'Signed requests are verified with a key of the client: send jwks or jwks_uri.',
          ),
  },
];

function error(field: (typeof FIELDS)[number], detail: string): ValidationError[] {
  return [{ pointer: `/${snakeName(field)}`, detail }];
}
