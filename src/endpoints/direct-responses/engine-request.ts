import type { IncomingMessage } from 'node:http';

/** What the engine's URLs begin with. */
export interface EngineOrigin {
  host: string;
  scheme: string;
}

/** The headers of what the engine answers; it adds the hash of its own inline script where it posts a form by itself. */
export const ENGINE_HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'report-sample'; base-uri 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
} as const;

export function engineOrigin(issuer: string): EngineOrigin {
  const { host, protocol } = new URL(issuer);
  return { host, scheme: protocol.slice(0, -1) };
}

/**
 * Prepares a request for the engine, which builds its URLs from the request: the headers for host, scheme and address are
 * those of the issuer's origin and the caller, whatever the caller sent.
 */
export function prepareForEngine(
  { headers }: IncomingMessage,
  { host, scheme }: EngineOrigin,
  address: string,
): void {
  headers.host = host;
  headers['x-forwarded-proto'] = scheme;
  headers['x-forwarded-for'] = address;
  delete headers['x-forwarded-host'];
}
