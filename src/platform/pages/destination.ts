const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Where the response to a request goes, as shown to the person who decides. */
export interface Destination {
  /** The exact host with its port (an international name in its ASCII form), or the scheme of an app. */
  name: string;
  kind: 'site' | 'this-computer' | 'app';
}

/** Reads a redirect URI; undefined when there is none (the device flow) or it is no URI. */
export function destinationOf(redirectUri: string | undefined): Destination | undefined {
  const url = redirectUri === undefined ? null : URL.parse(redirectUri);
  if (!url) return undefined;
  if (!isWeb(url)) return { name: url.protocol, kind: 'app' };
  return { name: url.host, kind: LOOPBACK.has(url.hostname) ? 'this-computer' : 'site' };
}

function isWeb(url: URL): boolean {
  return url.protocol === 'https:' || url.protocol === 'http:';
}
