import { AppError } from '../../platform/errors/errors.js';
import { guardedFetch } from '../../platform/outgoing/guarded-fetch.js';
import { ForbiddenAddressError } from '../../platform/outgoing/public-lookup.js';
import { BodyTooLarge, readBody } from '../../platform/outgoing/read-body.js';
import { parseJsonObject } from '../../platform/wire/json-object.js';
import { lifetimeOf } from './document-lifetime.js';

/** The draft recommends five kilobytes. */
const MAX_BYTES = 5 * 1024;
const TIMEOUT_MS = 5_000;
const JSON_TYPE = /^application\/(?:json|[a-z0-9!#$&^_.-]+\+json) *(?:;|$)/i;

/** A document, and for how many seconds it is kept. */
export interface FetchedDocument {
  metadata: Record<string, unknown>;
  lifetime: number;
}

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

/**
 * Fetches the document about a client: a JSON object of at most 5 kB, answered with 200 within 5 s. Redirects are not
 * followed. Throws DocumentUnavailable.
 *
 * @param allowPrivate whether addresses that are not public may be connected to, as in development
 */
export async function fetchDocument(url: string, allowPrivate: boolean): Promise<FetchedDocument> {
  const headers = { accept: 'application/json', 'accept-encoding': 'identity' };
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const response = await guardedFetch(url, { headers, signal }, allowPrivate);
    const text = await readDocument(response);
    return { metadata: parseJsonObject(text), lifetime: lifetimeOf(response.headers) };
  } catch (thrown) {
    throw asUnavailable(thrown, signal.aborted);
  }
}

async function readDocument(response: Response): Promise<string> {
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
  const body = await readBody(response, MAX_BYTES);
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
  if (thrown instanceof AppError) return new DocumentUnavailable('it is not a JSON object (RFC 8259)');
  const message = isLate ? 'its server did not answer in time' : 'its server cannot be reached';
  return new DocumentUnavailable(message, true);
}
