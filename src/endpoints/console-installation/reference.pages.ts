import type { ConsolePage } from '../console/console-page.js';
import { CONSOLE } from '../console/console-paths.js';

const REFERENCE = `${CONSOLE}/reference`;
const crumb = { label: 'API reference', href: REFERENCE };
/** The reference tells no secret; it is for whoever may read the catalogue, which is everybody with a role. */
const operation = 'listScopes';

/** The reference of the admin API, in the frame of the console. */
export const referencePages: readonly ConsolePage[] = [
  {
    method: 'get',
    path: REFERENCE,
    operation,
    answer: async (visit) => {
      const model = visit.reference.pageFor(REFERENCE, visit.ctx.querystring);
      visit.show('console/reference', { section: 'reference', crumbs: [crumb] }, model);
    },
  },
  {
    method: 'get',
    path: `${REFERENCE}/records`,
    operation,
    answer: async (visit) => {
      const crumbs = [crumb, { label: 'Records', href: visit.ctx.path }];
      visit.show(
        'console/reference-records',
        { section: 'reference', crumbs },
        visit.reference.records(REFERENCE),
      );
    },
  },
];
