import { decodeCursor, encodeCursor, type Position } from './cursor.js';

/** A page of a list: `nextCursor` is null on the last page. */
export interface Page<T> {
  data: T[];
  nextCursor: string | null;
}

/** A record and its position in the order of the list. */
export interface Positioned<T> {
  record: T;
  position: Position;
}

/** Which records to select: at most `limit`, those after the position. */
export interface Slice {
  limit: number;
  after: Position | undefined;
}

/**
 * Reads a page through `select`, which is asked for one record more than the page has, to know whether there is a next
 * page. `limit` is 1 to 100. Throws AppError `malformed` for a cursor that no list returned.
 */
export async function readPage<T>(
  limit: number,
  cursor: string | undefined,
  select: (slice: Slice) => Promise<readonly Positioned<T>[]>,
): Promise<Page<T>> {
  const after = cursor === undefined ? undefined : decodeCursor(cursor);
  const selected = await select({ limit: limit + 1, after });
  const { data, nextCursor } = pageOf(selected, limit, ({ position }) => encodeCursor(position));
  return { data: data.map(({ record }) => record), nextCursor };
}

/** The page of what was selected with a limit one greater than the page's. */
export function pageOf<T>(selected: readonly T[], limit: number, cursorOf: (last: T) => string): Page<T> {
  const data = selected.slice(0, limit);
  const last = data.at(-1);
  return { data, nextCursor: selected.length > limit && last !== undefined ? cursorOf(last) : null };
}
