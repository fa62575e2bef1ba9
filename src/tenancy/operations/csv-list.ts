import * as z from 'zod';
import { csvLine } from '../../platform/csv/csv.js';
import type { GivenRequest } from './admin-request.js';
import type { Operation } from './operation.js';
import type { Callable } from './route-group.js';

interface ListBody {
  data: readonly Record<string, unknown>[];
  next_cursor?: string | null;
}

/** The columns of a list as CSV: the members of its entries. Undefined for an operation that answers with no list. */
export function csvColumns({ response }: Operation): readonly string[] | undefined {
  const data: unknown = response instanceof z.ZodObject ? response.shape['data'] : undefined;
  const entry: unknown = data instanceof z.ZodArray ? data.element : undefined;
  return entry instanceof z.ZodObject ? Object.keys(entry.shape) : undefined;
}

/**
 * Reads a list as CSV, page after page from the one that is asked for to the last; each page is authorized again. The first
 * one is read before this resolves, so that its errors are those of the request.
 */
export async function readCsv(
  { operation, call }: Callable,
  given: GivenRequest,
): Promise<AsyncIterable<string>> {
  const columns = csvColumns(operation) ?? [];
  const read = async (cursor?: string | null) => {
    const query = typeof cursor === 'string' ? { ...given.query, cursor } : given.query;
    const { body } = await call({ ...given, query });
    return JSON.parse(JSON.stringify(body)) as ListBody;
  };
  const first = await read();
  return (async function* () {
    yield csvLine(columns);
    for (let page = first; ; page = await read(page.next_cursor)) {
      yield page.data.map((entry) => csvLine(columns.map((name) => entry[name]))).join('');
      if (typeof page.next_cursor !== 'string') return;
    }
  })();
}
