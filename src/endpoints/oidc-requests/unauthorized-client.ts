import { type Client, errors, Provider } from 'oidc-provider';
import { unregisteredResponseType } from '../oidc-response-types/refused-response-type.js';
import { CIBA, DEVICE_CODE } from '../../registry/client-record/client-record.js';

type EngineClient = Client & { responseTypeAllowed(type: string): boolean };

/**
 * Answers `unauthorized_client` to a client that asks for a grant type or a response type that it is not registered for
 * (RFC 6749 sections 4.1.2.1 and 5.2).
 *
 * Engine: lib/actions/token.js:61, lib/actions/authorization/client.js:43 and response_parameters.js:76 answer
 * `invalid_request`.
 * Test: test/endpoints/oidc/token-endpoint.test.ts and test/endpoints/oidc-requests/implicit.test.ts.
 */
export function answerUnauthorizedClient(provider: Provider): void {
  const client = provider.Client.prototype as EngineClient;
  const grantTypeAllowed = Reflect.get<EngineClient, 'grantTypeAllowed'>(client, 'grantTypeAllowed');
  client.grantTypeAllowed = function (type) {
    if (grantTypeAllowed.call(this, type)) return true;
    if (isAskedFor(type))
      throw new errors.UnauthorizedClient(`${type} is not among the grant_types of this client`);
    return false;
  };
  const responseTypeAllowed = Reflect.get<EngineClient, 'responseTypeAllowed'>(client, 'responseTypeAllowed');
  client.responseTypeAllowed = function (type) {
    if (responseTypeAllowed.call(this, type)) return true;
    throw new errors.UnauthorizedClient(unregisteredResponseType(type, this));
  };
}

/** Whether the request is for this grant type; the engine asks about others too. */
function isAskedFor(type: string): boolean {
  const { route, params } = Provider.ctx?.oidc ?? {};
  if (route === 'device_authorization') return type === DEVICE_CODE;
  if (route === 'backchannel_authentication') return type === CIBA;
  return route === 'token' && params?.['grant_type'] === type;
}
