import { type Client, errors, type KoaContextWithOIDC } from 'oidc-provider';
import instance from 'oidc-provider/lib/helpers/weak_cache.js';
import { asErrorDescription } from '../../platform/text/error-description.js';

const SHOWN_LENGTH = 100;

/**
 * Refuses a response type that this installation does not have, with those that the client may use. Throws
 * UnsupportedResponseType.
 *
 * Engine: lib/actions/authorization/response_parameters.js:73 does not say which.
 * Test: test/endpoints/oidc-requests/implicit.test.ts.
 */
export function checkResponseType({ oidc: { params, provider } }: KoaContextWithOIDC, client: Client): void {
  const given = params?.['response_type'];
  if (typeof given !== 'string') return;
  const normalized = [...new Set(given.split(' '))].sort().join(' ');
  if (instance(provider).configuration.responseTypes.includes(normalized)) return;
  const shown = asErrorDescription(given.slice(0, SHOWN_LENGTH));
  throw new errors.UnsupportedResponseType(
    `response_type ${shown} is not enabled here: ${whatToSend(client)}`,
  );
}

/** The description of `unauthorized_client` for a response type that the client is not registered for. */
export function unregisteredResponseType(type: string, client: Client): string {
  return `${type} is not among the response_types of this client: ${whatToSend(client)}`;
}

function whatToSend({ responseTypes = [] }: Client): string {
  return responseTypes.length === 0 ? 'it has none' : `use ${responseTypes.join(', or ')}`;
}
