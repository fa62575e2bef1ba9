import { lookup as resolve } from 'node:dns';
import { request } from 'node:https';
import type { LookupFunction } from 'node:net';
import { Readable } from 'node:stream';
import { isPublicAddress, literalAddress } from './public-addresses.js';

/** Why a request was not sent. */
export class ForbiddenAddressError extends Error {
  constructor(host: string) {
    super(`${host} has an address that is not public, so no request was sent to it`);
    this.name = 'ForbiddenAddressError';
  }
}

/** Connects only to addresses that were checked: all addresses of the name must be public. */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    const refused = error ?? (addresses.every(isPublic) ? null : new ForbiddenAddressError(hostname));
    const [first] = addresses ?? [];
    if (refused) callback(refused, '', 0);
    else if (options.all) callback(null, addresses);
    else callback(null, first?.address ?? '', first?.family);
  });
};

/**
 * `fetch` for URLs that clients have given: https only, to public addresses only, which are checked before connecting, and
 * without following redirects. Throws ForbiddenAddressError, or what node:https throws.
 */
export async function guardedFetch(url: string | URL, options: RequestInit = {}): Promise<Response> {
  const target = new URL(url);
  const literal = literalAddress(target);
  if (target.protocol !== 'https:') throw new ForbiddenAddressError(target.host);
  if (literal !== undefined && !isPublicAddress(literal)) throw new ForbiddenAddressError(literal);
  const sent = new Request(target, { ...options, redirect: 'manual' });
  const body = Buffer.from(await sent.arrayBuffer());
  const headers = { ...Object.fromEntries(sent.headers), 'content-length': String(body.length) };
  return new Promise((done, fail) => {
    const { method, signal } = sent;
    const outgoing = request(target, { method, headers, signal, lookup: publicLookup }, (incoming) => {
      const status = incoming.statusCode ?? 0;
      const empty = [204, 205, 304].includes(status);
      if (empty) incoming.resume();
      const content = empty ? null : (Readable.toWeb(incoming) as ReadableStream<Uint8Array>);
      done(new Response(content, { status, headers: pairs(incoming.rawHeaders) }));
    });
    outgoing.on('error', fail).end(body);
  });
}

function isPublic({ address }: { address: string }): boolean {
  return isPublicAddress(address);
}

function pairs(raw: readonly string[]): [string, string][] {
  return raw.flatMap((name, index): [string, string][] =>
    index % 2 === 0 ? [[name, raw[index + 1] ?? '']] : [],
  );
}
