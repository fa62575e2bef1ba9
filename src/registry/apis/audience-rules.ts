/** How many characters an audience may have. */
export const MAX_AUDIENCE = 2048;
/** An absolute URI (RFC 3986) without a fragment. */
export const ABSOLUTE_URI =
  /^[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9\-._~:/?[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/;

/** What is wrong with the audience of an API (RFC 8707 section 2: an absolute URI without a fragment); at most one thing. */
export function audienceErrors(audience: string): string[] {
  if (audience.length > MAX_AUDIENCE) return [`Use at most ${String(MAX_AUDIENCE)} characters.`];
  if (audience.includes('#')) return ['Leave out the fragment, the part from # on.'];
  const url = ABSOLUTE_URI.test(audience) ? URL.parse(audience) : null;
  if (!url || (isWeb(url) && !/^https?:\/\/[^/]/i.test(audience))) {
    return ['Send an absolute URI, such as https://api.example.com or urn:example:orders.'];
  }
  return url.username || url.password ? ['Leave out user name and password.'] : [];
}

/** Whether the audience is the issuer itself, its admin API, or something below that. */
export function isReservedAudience(audience: string, issuer: string): boolean {
  const url = URL.parse(audience);
  if (!url || url.origin !== new URL(issuer).origin) return false;
  return /^\/(?:admin(?:\/.*)?)?$/i.test(url.pathname);
}

/**
 * The same audience with or without the slash of an empty path (RFC 3986 section 6.2.3); undefined when it has a path, or
 * is not http or https.
 */
export function otherSpelling(audience: string): string | undefined {
  const [, origin, slash, query = ''] = /^(https?:\/\/[^/?#]+)(\/?)(\?.*)?$/i.exec(audience) ?? [];
  return origin === undefined ? undefined : `${origin}${slash === '/' ? '' : '/'}${query}`;
}

/** Where an API is, for people: its host, or the whole audience when that names no host. */
export function hostOf(audience: string): string {
  return URL.parse(audience)?.host || audience;
}

function isWeb({ protocol }: URL): boolean {
  return protocol === 'https:' || protocol === 'http:';
}
