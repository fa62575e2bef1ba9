import { isIP } from 'node:net';

const LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?';
const NAME = new RegExp(`^(?=.{1,253}$)${LABEL}(?:\\.${LABEL})+$`);

/**
 * The host of a client_uri whose owner a DNS record can prove, without the dot that may end it; null when none can: an
 * IP address, a single label, a localhost, or what is no name in the DNS (RFC 1035 section 2.3.4).
 */
export function verifiableHost(clientUri: string | null): string | null {
  if (clientUri === null || !URL.canParse(clientUri)) return null;
  const host = new URL(clientUri).hostname.replace(/\.$/, '');
  return isIP(host) === 0 && NAME.test(host) && !host.endsWith('.localhost') ? host : null;
}
