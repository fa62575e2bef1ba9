import { isPublicAddress, literalAddress } from '../../platform/outgoing/public-addresses.js';
import type { ApplicationType, TypedClientSettings } from '../client-record/client-record.js';

const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);
/** Schemes that run script, read local data or start another protocol instead of calling an app back. */
const REFUSED_SCHEMES: ReadonlySet<string> = new Set(
  (
    'javascript data file vbscript about blob filesystem view-source ftp ws wss feed jar intent content res chrome ' +
    'chrome-extension moz-extension mailto tel sms search-ms'
  ).split(' '),
);
const URI_CHARACTERS = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*$/;
const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*):/;
const AUTHORITY = /^[^:]+:\/\/([^/?#]*)/;

/**
 * What is wrong with a redirect URI or post-logout redirect URI, in sentences. It is compared as a string (RFC 9700
 * section 4.1.3), so it has to be written exactly as a URL parser reads it. http is for loopback interfaces, any other
 * scheme is an app's own (RFC 8252 section 7).
 */
export function redirectUriErrors(value: string): string[] {
  const { syntax, parsed } = readUri(value);
  const errors = [...syntax];
  if (value.includes('#')) errors.push('Leave out the fragment (RFC 6749 section 3.1.2).');
  if (value.includes('*')) {
    errors.push('Wildcards are not supported: list each URI. Write a literal asterisk as %2A.');
  }
  if (parsed) errors.push(...schemeErrors(parsed));
  return errors;
}

/** What is wrong with the URL of a page or endpoint of the client: https, or http on a loopback host if allowed. */
export function webUrlErrors(value: string, allow: { loopback: boolean; fragment: boolean }): string[] {
  const { syntax, parsed } = readUri(value);
  const errors = [...syntax];
  if (!allow.fragment && value.includes('#')) errors.push('Leave out the fragment.');
  if (parsed && parsed.protocol !== 'https:' && !(allow.loopback && isLoopback(parsed, 'http:'))) {
    errors.push(allow.loopback ? 'Use https (http only for localhost, 127.0.0.1 and [::1]).' : 'Use https.');
  }
  return errors;
}

/** As `webUrlErrors`, for a URL that this server sends requests to: a literal address must be a public one. */
export function fetchedUrlErrors(value: string, allow: { loopback: boolean; fragment: boolean }): string[] {
  const errors = webUrlErrors(value, allow);
  if (errors.length > 0) return errors;
  const url = new URL(value);
  const address = literalAddress(url);
  if (address === undefined || isPublicAddress(address) || isLoopback(url, 'http:')) return [];
  return ['Use a host name or a public address: this address is private or otherwise special.'];
}

/** What is wrong with a CORS origin, which is compared with the Origin header as browsers send it (RFC 6454). */
export function originErrors(value: string): string[] {
  const errors = webUrlErrors(value, { loopback: true, fragment: false });
  if (value.includes('*')) errors.push('Wildcards are not supported: list each origin.');
  if (errors.length > 0 || new URL(value).origin === value) return errors;
  return [`Write the origin as browsers send it: ${new URL(value).origin}`];
}

/** The application type of the record, or the one that follows from its redirect URIs (RFC 8252 section 7). */
export function applicationTypeOf({
  applicationType,
  redirectUris,
}: Pick<TypedClientSettings, 'applicationType' | 'redirectUris'>): ApplicationType {
  if (applicationType !== null) return applicationType;
  const uris = redirectUris.map((uri) => new URL(uri));
  const ofApp = (uri: URL) => isPrivateUse(uri) || isLoopback(uri, 'http:');
  return uris.length > 0 && uris.every(ofApp) ? 'native' : 'web';
}

/** The type with which the engine accepts the client's URIs; it decides nothing else. */
export function engineApplicationType(
  client: Pick<TypedClientSettings, 'redirectUris' | 'postLogoutRedirectUris' | 'clientType'>,
): ApplicationType {
  const uris = [...client.redirectUris, ...client.postLogoutRedirectUris].map((uri) => new URL(uri));
  if (uris.some(isPrivateUse)) return 'native';
  // The engine refuses https on a loopback host to native clients.
  if (client.clientType !== 'public' || uris.some((uri) => isLoopback(uri, 'https:'))) return 'web';
  return uris.some((uri) => isLoopback(uri, 'http:')) ? 'native' : 'web';
}

/** Whether the URI belongs to no web server but to an app on the person's device. */
export function isPrivateUse({ protocol }: URL): boolean {
  return protocol !== 'https:' && protocol !== 'http:';
}

/** Whether the URL has that protocol and a host that is the person's own device. */
export function isLoopback(url: URL, protocol: 'http:' | 'https:'): boolean {
  return url.protocol === protocol && LOOPBACK_HOSTS.has(url.hostname);
}

function readUri(value: string): { syntax: string[]; parsed?: URL } {
  // Parsers silently drop tabs, newlines and surrounding blanks, and read \ as /.
  if (!URI_CHARACTERS.test(value)) {
    return {
      syntax: [
        'Use only the characters of RFC 3986: no blanks; percent-encode others, write hosts in punycode.',
      ],
    };
  }
  const scheme = SCHEME.exec(value)?.[1];
  if (scheme === undefined)
    return { syntax: ['Write an absolute URI that starts with a scheme, such as https://.'] };
  if (!URL.canParse(value)) return { syntax: ['This is not a valid URI.'] };
  const parsed = new URL(value);
  const syntax: string[] = [];
  if (scheme !== scheme.toLowerCase()) syntax.push('Write the scheme in lower case.');
  const authority = AUTHORITY.exec(value)?.[1];
  if (authority?.includes('@')) syntax.push('Leave out the user name and password.');
  else if (!isPrivateUse(parsed) && authority?.replace(/:\d+$/, '') !== parsed.hostname) {
    syntax.push(`Write the host exactly as ${parsed.protocol}//${parsed.host}`);
  }
  return { syntax, parsed };
}

function schemeErrors(parsed: URL): string[] {
  const scheme = parsed.protocol.slice(0, -1);
  if (REFUSED_SCHEMES.has(scheme))
    return [`The scheme ${scheme} is refused; use https or the app's own scheme.`];
  if (scheme !== 'http' || isLoopback(parsed, 'http:')) return [];
  return ['Use https; http is only for localhost, 127.0.0.1 and [::1].'];
}
