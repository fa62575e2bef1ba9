import { errors } from 'oidc-provider';
import { asErrorDescription } from '../../platform/text/error-description.js';
import type { ApiRecord } from '../../registry/apis/api-record.js';
import type { LiveClient } from '../../registry/live-clients/live-client.js';
import { orByRegistration } from './own-registration.js';

const SHOWN_LENGTH = 200;

/**
 * Why the client gets no token for a resource, and who changes what. Scopes of APIs are not named: the metadata do not list
 * them.
 */
export function refusedResource(
  resource: string,
  api: ApiRecord | undefined,
  client: LiveClient | undefined,
): errors.InvalidTarget {
  if (!api) {
    const shown = asErrorDescription(resource.slice(0, SHOWN_LENGTH));
    return new errors.InvalidTarget(
      `no API of the catalogue has the identifier ${shown}: an operator creates one with this audience`,
    );
  }
  if (api.scopes.length === 0)
    return new errors.InvalidTarget(
      `the API ${api.audience} has no scopes yet: an operator creates one and adds it to the scopes of this client`,
    );
  return new errors.InvalidTarget(
    `this client has none of the scopes of the API ${api.audience}: an operator adds one to its scopes${orByRegistration(client, api.openToRegistration)}`,
  );
}
