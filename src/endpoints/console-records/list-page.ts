import type { ConsolePage } from '../console/console-page.js';
import type { Visit } from '../console/visit.js';
import { fileName } from './list-files.js';
import { type Filter, type ListState, listState, type ToQuery } from './list-parts.js';

/** A page that shows a list of the admin API. */
interface ListPage<Body> {
  path: string;
  /** The operation that lists. */
  operation: string;
  filters?: readonly Filter[];
  toQuery?: ToQuery;
  show: (visit: Visit, body: Body, state: ListState) => Promise<void> | void;
}

/** The page of a list, and the whole list that it filters as CSV. */
export function listPage<Body>({
  path,
  operation,
  filters = [],
  toQuery,
  show,
}: ListPage<Body>): ConsolePage {
  const answer = async (visit: Visit) => {
    const state = listState(visit, filters, visit.ctx.path, toQuery);
    if (visit.wantsCsv) return visit.sendCsv(operation, { query: state.filter }, fileName(operation));
    const { body } = await visit.call<Body>(operation, { query: state.query });
    await show(visit, body, state);
  };
  return { method: 'get', path, operation, answer };
}
