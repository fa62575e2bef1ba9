import { type Answer, expectStatus, send as sendPlain } from '../load/http-client.js';

export { type Answer, expectStatus };

/** Where every client is sent back to; nothing listens there. */
export const REDIRECT_URI = 'https://rp.example/callback';
export const LOCAL = '127.0.0.1';

/** A request of the benchmark. */
export interface Request {
  method?: string;
  headers?: Record<string, string>;
  form?: Record<string, string>;
  json?: object;
}

/**
 * Sends a request as a proxy does that ends TLS: the issuers are `https://localhost:<port>`, the products listen without
 * TLS. Never follows a redirect.
 */
export function send(url: string, request: Request = {}): Promise<Answer> {
  const { host, port, pathname, search } = new URL(url);
  const forwarded = { host, 'x-forwarded-proto': 'https', 'x-forwarded-for': LOCAL };
  const origin = `http://${LOCAL}:${port}`;
  return sendPlain(origin + pathname + search, {
    ...request,
    headers: { ...forwarded, ...request.headers },
  });
}

/** The JSON of an answer that has the status; throws for another one. */
export async function sendJson<T>(url: string, request: Request, status: number): Promise<T> {
  return JSON.parse(expectStatus(await send(url, request), status).body) as T;
}

/** The header of a client that authenticates with HTTP Basic (RFC 6749 section 2.3.1). */
export function basic({ id, secret }: { id: string; secret: string }): { authorization: string } {
  const pair = `${encodeURIComponent(id)}:${encodeURIComponent(secret)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}
