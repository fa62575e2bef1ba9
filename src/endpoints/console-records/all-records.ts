import type { Visit } from '../console/visit.js';

interface PageOf<Wire> {
  data: Wire[];
  next_cursor: string | null;
}

/** The records of the first pages of a list, 100 on each: all of them, unless there are more. */
export async function allRecords<Wire>(
  visit: Visit,
  operation: string,
  filter: Readonly<Record<string, string>> = {},
  maxPages = 5,
): Promise<Wire[]> {
  const records: Wire[] = [];
  let cursor: string | null = '';
  for (let page = 0; page < maxPages && cursor !== null; page++) {
    const query: Record<string, string> = { ...filter, ...(cursor === '' ? {} : { cursor }) };
    const { body } = await visit.call<PageOf<Wire>>(operation, { query });
    records.push(...body.data);
    cursor = body.next_cursor;
  }
  return records;
}
