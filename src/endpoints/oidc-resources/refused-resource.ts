import { errors } from 'oidc-provider';
import type { ApiRecord } from '../../registry/apis/api-record.js';
import { isDocumentUrl } from '../../registry/client-documents/document-url.js';
import type { LiveClient } from '../../registry/live-clients/live-client.js';

/** What an error_description may have (RFC 6749 section 5.2), in a length that a page can show. */
const SHOWN = /^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/;

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
    const which = SHOWN.test(resource) ? `the identifier ${resource}` : 'this identifier';
    return new errors.InvalidTarget(
      `no API of the catalogue has ${which}: an operator creates one with this audience`,
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
