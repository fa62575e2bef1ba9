import { request, type RequestOptions } from 'node:https';
import { Readable } from 'node:stream';
import { outgoing } from './outgoing-requests.js';
import { isPublicAddress, literalAddress } from './public-addresses.js';
import { ForbiddenAddressError, publicLookup } from './public-lookup.js';

/**
 * `fetch` for URLs that clients have given: https only, to public addresses only, which are checked before connecting, and
 * without following redirects. Throws ForbiddenAddressError, or what node:https throws.
 *
 * @param allowPrivate whether addresses that are not public may be connected to, as in development
 */
export async function guardedFetch(
  url: string | URL,
  options: RequestInit = {},
  allowPrivate = false,
): Promise<Response> {
  const target = new URL(url);
  const literal = literalAddress(target);
  if (target.protocol !== 'https:') throw new ForbiddenAddressError(target.host);
  if (!allowPrivate && literal !== undefined && !isPublicAddress(literal))
    throw new ForbiddenAddressError(literal);
  // The signal of a Request that nobody keeps is garbage, and then aborts nothing (nodejs/node issue 55428).
  const { signal, ...rest } = options;
  const sent = new Request(target, { ...rest, redirect: 'manual' });
  const body = Buffer.from(await sent.arrayBuffer());
  const own = { ...Object.fromEntries(sent.headers), 'content-length': String(body.length) };
  const connection = { ...(signal && { signal }), ...(!allowPrivate && { lookup: publicLookup }) };
  return outgoing(target, sent.method, (added) => send(sent, { ...own, ...added }, body, connection));
}

function send(
  { method, url }: Request,
  headers: Record<string, string>,
  body: Buffer,
  connection: RequestOptions,
): Promise<Response> {
  const target = new URL(url);
  return new Promise((done, fail) => {
    const sent = request(target, { method, headers, ...connection }, (incoming) => {
      const status = incoming.statusCode ?? 0;
      if (status < 200 || status > 599) {
        incoming.destroy();
        fail(
          new Error(`${target.host} answered with the status ${String(status)}, which HTTP does not have`),
        );
        return;
      }
      const empty = [204, 205, 304].includes(status);
      if (empty) incoming.resume();
      const content = empty ? null : (Readable.toWeb(incoming) as ReadableStream<Uint8Array>);
      done(new Response(content, { status, headers: pairs(incoming.rawHeaders) }));
    });
    sent.on('error', fail).end(body);
  });
}

function pairs(raw: readonly string[]): [string, string][] {
  return raw.flatMap((name, index): [string, string][] =>
    index % 2 === 0 ? [[name, raw[index + 1] ?? '']] : [],
  );
}
