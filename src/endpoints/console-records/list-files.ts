import type { ConsolePage } from '../console/console-page.js';
import type { Visit } from '../console/visit.js';

/** A list of the admin API that a page shows; `query` says which part of it. */
interface ListFile {
  operation: string;
  query?: (visit: Visit) => Record<string, string> | Promise<Record<string, string>>;
}

/** A page with lists, each of which is a file as well, at `fileHref`; `lists` by the names that they have on the page. */
export function withFiles(page: ConsolePage, lists: Readonly<Record<string, ListFile>>): ConsolePage {
  const files = new Map(Object.entries(lists));
  return {
    ...page,
    answer: async (visit) => {
      const file = visit.wantsCsv ? files.get(visit.query.get('list') ?? '') : undefined;
      if (!file) return page.answer(visit);
      return visit.sendCsv(
        file.operation,
        { query: (await file.query?.(visit)) ?? {} },
        fileName(file.operation),
      );
    },
  };
}

/** The address of a list of this page as CSV; undefined where the person may not read it. */
export function fileHref(visit: Visit, name: string, operation: string): string | undefined {
  if (!visit.canCall(operation)) return undefined;
  return `${visit.ctx.path}?${new URLSearchParams({ format: 'csv', list: name }).toString()}`;
}

/** The name of the file without its ending: `audit_events` of `listAuditEvents`. */
export function fileName(operation: string): string {
  return operation
    .replace(/^list/, '')
    .replace(/\B[A-Z]/g, '_$&')
    .toLowerCase();
}
