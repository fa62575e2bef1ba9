import { isPublicAddress, literalAddress } from '../../platform/outgoing/public-addresses.js';
import { isClientId } from '../../tenancy/access/subjects.js';

/** A segment of one or two dots, also percent-encoded, which parsers resolve. */
const DOT_SEGMENT = /\/(?:\.|%2e){1,2}(?:[/?]|$)/i;

/** Whether a client_id may be the URL of a document. */
export function isDocumentUrl(clientId: string): boolean {
  return clientId.startsWith('https://') && isClientId(clientId);
}

/**
 * What is wrong with the URL of a document, as a sentence; undefined for nothing (section 3 of the draft). It is compared
 * as a string, so it has to be written exactly as a URL parser reads it.
 *
 * @param hosts the hosts that documents may be on; empty means any
 * @param allowPrivate whether they may be on this computer and its networks, as in development
 */
export function documentUrlError(
  clientId: string,
  hosts: readonly string[],
  allowPrivate: boolean,
): string | undefined {
  const url = URL.parse(clientId);
  if (!url) return 'it is not a valid URL';
  if (/^https:\/\/[^/?#]*@/.test(clientId)) return 'leave out the user name and password';
  if (clientId.includes('#')) return 'leave out the fragment';
  if (DOT_SEGMENT.test(clientId)) return 'leave out the segments . and .. of the path';
  if (url.pathname === '/') return 'it needs a path, such as /client.json';
  if (url.href !== clientId) return `write it as ${url.href}`;
  if (hosts.length > 0 && !hosts.includes(url.host))
    return `this server accepts documents of ${hosts.join(', ')} only`;
  const address = literalAddress(url);
  const isLocal = url.hostname === 'localhost' || url.hostname.endsWith('.localhost');
  if (!allowPrivate && (isLocal || (address !== undefined && !isPublicAddress(address))))
    return 'it is not on a public host';
  return undefined;
}
