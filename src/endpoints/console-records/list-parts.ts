import type { ConsoleField, OptionOnPage } from '../../platform/console-page-models/clients.js';
import type { NoticeOnPage } from '../../platform/page-models/shared.js';
import type { Visit } from '../console/visit.js';
import { withPresent } from './present-options.js';

/** A filter of a list: a choice where it has options, else what `control` says, a text by default. */
export type Filter = Pick<ConsoleField, 'name' | 'label' | 'isRare'> & {
  options?: readonly OptionOnPage[];
  control?: 'date';
};

/** What the filters of a page, by their names, are for the operation. */
export type ToQuery = (given: Readonly<Record<string, string>>, visit: Visit) => Record<string, string>;

/** The rows of a page of a list. */
const ROWS = '50';

/** The part of a list that a page shows. */
export interface ListState {
  /** The filters that were chosen, by their names. */
  given: ReadonlyMap<string, string>;
  filters: ConsoleField[];
  /** What the operation is asked for. */
  query: Record<string, string>;
  /** The same without the part of the list. */
  filter: Record<string, string>;
  isFiltered: boolean;
  listHref: string;
  nextHref: (cursor: string | null) => string | undefined;
  firstHref: string | undefined;
  csvHref: string;
}

/** Reads the filters and the cursor of a list from the query string of its page. */
export function listState(
  visit: Visit,
  filters: readonly Filter[],
  listHref: string,
  toQuery: ToQuery = (given) => ({ ...given }),
): ListState {
  const given = new Map(
    filters.flatMap(({ name }): [string, string][] => {
      const value = visit.query.get(name)?.trim() ?? '';
      return value === '' ? [] : [[name, value]];
    }),
  );
  const chosen = (name: string) => [given.get(name) ?? []].flat();
  const cursor = visit.query.get('cursor') ?? '';
  const hrefWith = (more: Record<string, string>) => {
    const search = new URLSearchParams([...given, ...Object.entries(more)]).toString();
    return search === '' ? listHref : `${listHref}?${search}`;
  };
  const filter = toQuery(Object.fromEntries(given), visit);
  return {
    given,
    filter,
    filters: filters.map(({ name, label, options = [], control, isRare = false }): ConsoleField => ({
      name,
      label,
      isRare,
      options: options.length > 0 ? withPresent(options, chosen(name)) : options,
      help: '',
      control: options.length > 0 ? 'select' : (control ?? 'text'),
      value: given.get(name) ?? '',
      values: [],
    })),
    query: { page_limit: ROWS, ...filter, ...(cursor === '' ? {} : { cursor }) },
    isFiltered: given.size > 0,
    listHref,
    nextHref: (next) => (next === null ? undefined : hrefWith({ cursor: next })),
    firstHref: cursor === '' ? undefined : hrefWith({}),
    csvHref: hrefWith({ format: 'csv' }),
  };
}

/** What the parameter `done` of the query string says was done. */
export function noticeOf(visit: Visit, notices: Readonly<Record<string, string>>): NoticeOnPage | undefined {
  const text = new Map(Object.entries(notices)).get(visit.query.get('done') ?? '');
  return text === undefined ? undefined : { kind: 'good', text };
}

/** The date on the wire. */
export function dateOf(text: string | null | undefined): Date | undefined {
  return text === null || text === undefined ? undefined : new Date(text);
}
