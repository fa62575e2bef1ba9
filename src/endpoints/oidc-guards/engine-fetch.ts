import type { Configuration } from 'oidc-provider';
import QuickLRU from 'quick-lru';
import { guardedFetch } from '../../platform/outgoing/guarded-fetch.js';
import { plainFetch } from '../../platform/outgoing/outgoing-requests.js';

const REMEMBERED_FAILURES = 1_000;
const FAILURE_MILLISECONDS = 30_000;

type EngineFetch = NonNullable<Configuration['fetch']>;

/**
 * How the engine fetches key sets and delivers logout tokens. Requests go to public addresses only; an installation
 * without https is on localhost, as are its relying parties, and fetches from there. A URL of a key set that could not be
 * fetched is not tried again for 30 seconds: each bad assertion of a client would cause a request otherwise.
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
      return await send(address, options);
    } catch (error) {
      failed.set(address, error as Error);
      throw error;
    }
  };
}

/** Without the dispatcher with which the engine checks addresses, and without following redirects. */
function localFetch(url: string, options: RequestInit & { dispatcher?: unknown }): Promise<Response> {
  const { dispatcher: _check, ...rest } = options;
  return plainFetch(url, { ...rest, redirect: 'manual' });
}
