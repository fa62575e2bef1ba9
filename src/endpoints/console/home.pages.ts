import type { ConsolePage } from './console-page.js';
import { PROJECT_PAGES } from './console-paths.js';

/** The first page of a project. */
export const homePages: readonly ConsolePage[] = [
  {
    method: 'get',
    path: PROJECT_PAGES,
    operation: 'listClients',
    answer: async (visit) => {
      visit.show('console/home', { section: 'home', crumbs: [] }, { curl: visit.curl('listClients') });
    },
  },
];
