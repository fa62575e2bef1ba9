import { AppError } from '../../platform/errors/errors.js';
import { DocumentUnavailable, fetchJson } from '../../platform/outgoing/fetch-json.js';
import { parseJsonObject } from '../../platform/wire/json-object.js';
import { lifetimeOf } from './document-lifetime.js';

/** The draft recommends five kilobytes. */
const MAX_BYTES = 5 * 1024;

/** A document, and for how many seconds it is kept. */
export interface FetchedDocument {
  metadata: Record<string, unknown>;
  lifetime: number;
}

/** Fetches the document about a client: a JSON object of at most 5 kB. Throws DocumentUnavailable. */
export async function fetchDocument(url: string, allowPrivate: boolean): Promise<FetchedDocument> {
  const { text, headers } = await fetchJson(url, { maxBytes: MAX_BYTES, allowPrivate });
  try {
    return { metadata: parseJsonObject(text), lifetime: lifetimeOf(headers) };
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    throw new DocumentUnavailable('it is not a JSON object (RFC 8259)');
  }
}
