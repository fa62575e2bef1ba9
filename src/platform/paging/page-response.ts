/** The body of a list on the wire; `toWire` makes each entry. */
export function pageResponse<T>(
  { data, nextCursor }: { data: readonly T[]; nextCursor: string | null },
  toWire: (record: T) => object,
) {
  return { data: data.map((record) => toWire(record)), next_cursor: nextCursor };
}
