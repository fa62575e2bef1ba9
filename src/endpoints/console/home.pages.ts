import type { z } from 'zod';
import type { usageReport } from '../../registry/usage-reports/usage-report.schema.js';
import type { ConsolePage } from './console-page.js';
import { PROJECT_PAGES } from './console-paths.js';

/** What to do about the failures that happen most. */
const ADVICE: Readonly<Record<string, string>> = {
  access_denied: 'A person refused, or may not use the client: look at its visibility and its members.',
  invalid_client: 'The secret or the method of authentication is wrong: look at the secrets of the client.',
  invalid_grant: 'A code or refresh token was used twice, too late, or with another redirect URI or verifier.',
  invalid_redirect_uri: 'The redirect URI is not registered exactly like this: add it to the client.',
  invalid_request: 'A parameter is missing or wrong, often the code challenge (PKCE).',
  invalid_scope: 'The client asked for a scope that it does not have: add it to the client.',
  login_required: 'Ordinary for prompt=none, when nobody is signed in.',
  consent_required: 'Ordinary for prompt=none, before a person allowed the client.',
  unauthorized_client: 'The client may not use this grant or response type: add it to the client.',
};

/** The first page of a project. */
export const homePages: readonly ConsolePage[] = [
  {
    method: 'get',
    path: PROJECT_PAGES,
    operation: 'getProjectUsage',
    answer: async (visit) => {
      const { body } = await visit.call<z.infer<typeof usageReport>>('getProjectUsage');
      const { total } = body;
      const failures = Object.entries(total.failures)
        .map(([code, count]) => ({ code, count, advice: ADVICE[code] ?? '' }))
        .sort((one, other) => other.count - one.count);
      const sum = (counts: Record<string, number>) => Object.values(counts).reduce((all, one) => all + one, 0);
      const days = '30 days';
      const clientsHref = `${visit.home}/clients`;
      visit.show(
        'console/home',
        { section: 'home', crumbs: [] },
        {
          figures: [
            { name: 'Tokens', value: sum(total.tokens), detail: days },
            { name: 'Refreshes', value: total.refreshes, detail: days },
            { name: 'Failures', value: sum(total.failures), detail: days },
            { name: 'People', value: total.people, detail: days },
          ],
          failures,
          clientsHref,
          unusedHref: `${clientsHref}?unused=90`,
          newHref: visit.canCall('createClient') ? `${clientsHref}/new` : undefined,
          curl: visit.curl('getProjectUsage'),
        },
      );
    },
  },
];
