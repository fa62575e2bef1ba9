import { guardedFetch } from './guarded-fetch.js';
import { ForbiddenAddressError } from './public-lookup.js';
import { BodyTooLarge, readBody } from './read-body.js';

const TIMEOUT_MS = 5_000;
const JSON_TYPE = /^application\/(?:json|[a-z0-9!#$&^_.-]+\+json) *(?:;|$)/i;

/** Why there is no document. `passing` means that another attempt may find it: its server is not reached or fails. */
export class DocumentUnavailable extends Error {
  constructor(
    message: string,
    readonly passing = false,
  ) {
    super(message);
    this.name = 'DocumentUnavailable';
  }
}

/** How a document is fetched. */
export interface JsonFetch {
  maxBytes: number;
  /** Whether addresses that are not public may be connected to, as in development. */
  allowPrivate: boolean;
}

/**
 * The text of a JSON document at a URL that a client gave, which is answered with 200 within 5 s. Redirects are not
 * followed. Throws DocumentUnavailable.
 */
export async function fetchJson(
  url: string,
  { maxBytes, allowPrivate }: JsonFetch,
): Promise<{ text: string; headers: Headers }> {
  const headers = { accept: 'application/json', 'accept-encoding': 'identity' };
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const response = await guardedFetch(url, { headers, signal }, allowPrivate);
    return { text: await readDocument(response, maxBytes), headers: response.headers };
  } catch (thrown) {
    throw asUnavailable(thrown, signal.aborted);
  }
}

async function readDocument(response: Response, maxBytes: number): Promise<string> {
  const { status, headers } = response;
  const refuse = async (message: string, passing = false): Promise<never> => {
    await response.body?.cancel();
    throw new DocumentUnavailable(message, passing);
  };
  if (status >= 300 && status < 400) return refuse('its server redirects, which is not followed');
  if (status !== 200) return refuse(`its server answered ${String(status)}`, status >= 500 || status === 429);
  const type = headers.get('content-type') ?? '';
  if (!JSON_TYPE.test(type)) return refuse('its Content-Type is not application/json');
  if ((headers.get('content-encoding') ?? 'identity') !== 'identity')
    return refuse('it has a Content-Encoding that was not asked for');
  const body = await readBody(response, maxBytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new DocumentUnavailable('it is not UTF-8');
  }
}

function asUnavailable(thrown: unknown, isLate: boolean): DocumentUnavailable {
  if (thrown instanceof DocumentUnavailable) return thrown;
  if (thrown instanceof BodyTooLarge) return new DocumentUnavailable(thrown.message);
  if (thrown instanceof ForbiddenAddressError) return new DocumentUnavailable('it is not on a public host');
  const message = isLate ? 'its server did not answer in time' : 'its server cannot be reached';
  return new DocumentUnavailable(message, true);
}
