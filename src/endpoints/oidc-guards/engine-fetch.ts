import type { Configuration } from 'oidc-provider';
import QuickLRU from 'quick-lru';
import { guardedFetch } from '../../platform/outgoing/guarded-fetch.js';
import { plainFetch } from '../../platform/outgoing/outgoing-requests.js';
import { readBody } from '../../platform/outgoing/read-body.js';

const REMEMBERED_FAILURES = 1_000;
const FAILURE_MILLISECONDS = 30_000;
const MAX_KEY_SET_BYTES = 256 * 1024;

type EngineFetch = NonNullable<Configuration['fetch']>;

/**
 * How the engine fetches key sets and delivers logout tokens. Requests go to public addresses only; an installation
 * without https is on localhost, as are its relying parties, and fetches from there. A URL of a key set that could not be
 * fetched, or is none, is not tried again for 30 seconds: each bad assertion of a client would cause a request
 * otherwise.
 */
export function engineFetch(issuer: string): EngineFetch {
  const send = issuer.startsWith('https:') ? guardedFetch : localFetch;
  const failed = new QuickLRU<string, Error>({ maxSize: REMEMBERED_FAILURES, maxAge: FAILURE_MILLISECONDS });
  return async (url, options = {}) => {
    const address = new URL(url instanceof Request ? url.url : url).href;
    if (options.method !== 'GET') return send(address, options);
    const earlier = failed.get(address);
    if (earlier) throw new Error('the last attempt failed less than 30 seconds ago', { cause: earlier });
    try {
      return await keySetOf(await send(address, options));
    } catch (error) {
      failed.set(address, error as Error);
      throw error;
    }
  };
}

/** The response with what is left to read of it. Throws for what is no key set, before the engine takes it for a fresh one. */
async function keySetOf(response: Response): Promise<Response> {
  const { headers, status } = response;
  if (status !== 200) {
    await response.body?.cancel();
    throw new Error(`its server answered ${String(status)}`);
  }
  const body = await readBody(response, MAX_KEY_SET_BYTES);
  if (!isKeySet(body.toString())) throw new Error('it is no JSON Web Key Set');
  return new Response(new Uint8Array(body), { status, headers });
}

/** RFC 7517, section 5. */
function isKeySet(text: string): boolean {
  try {
    const { keys } = JSON.parse(text) as { keys?: unknown };
    return Array.isArray(keys) && keys.every((key) => typeof key === 'object' && key !== null);
  } catch {
    return false;
  }
}

/** Without the dispatcher with which the engine checks addresses, and without following redirects. */
function localFetch(url: string, options: RequestInit & { dispatcher?: unknown }): Promise<Response> {
  const { dispatcher: _check, ...rest } = options;
  return plainFetch(url, { ...rest, redirect: 'manual' });
}
