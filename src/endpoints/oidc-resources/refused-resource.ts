import { errors } from 'oidc-provider';
import { asErrorDescription } from '../../platform/errors/error-description.js';
import type { ApiRecord } from '../../registry/apis/api-record.js';
import { isDocumentUrl } from '../../registry/client-documents/document-url.js';
import type { LiveClient } from '../../registry/live-clients/live-client.js';

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
    `this client has none of the scopes of the API ${api.audience}: an operator adds one to its scopes${orByItself(api, client)}`,
  );
}

/** What else helps a client that came by registration (RFC 7591) or by its document. */
function orByItself({ openToRegistration }: ApiRecord, client: LiveClient | undefined): string {
  const isRegistered = client !== undefined && client.registrationTokenDigest !== null;
  if (!isRegistered && !(client && isDocumentUrl(client.record.clientId))) return '';
  const opens = openToRegistration ? [] : ['opens the API to registration (open_to_registration)'];
  const registers = isRegistered ? ['the client registers again'] : [];
  const steps = [...opens, ...registers].join(', and ');
  return steps && `, or ${steps}`;
}
