import type * as z from 'zod';
import { longNumber } from '../../platform/charts/scale.js';
import type { clientFailurePage } from '../../registry/client-failures/client-failure.schema.js';
import type { hourlyReport, usageReport } from '../../registry/usage-reports/usage-report.schema.js';
import { CLIENT, clientCrumbs, type ClientDetails, clientHead } from '../console-clients/client-wire.js';
import { fileHref, withFiles } from '../console-records/list-files.js';
import type { ConsolePage } from '../console/console-page.js';
import { failureOnPage, failureRowId } from './failures.js';
import { daysPanel, hoursPanel, sumOf, tokensOf } from './usage-charts.js';
import { spanLinks, spanOnPage } from './usage-span.js';

/** What a client was used for, and why its requests failed. */
export const clientUsagePages: readonly ConsolePage[] = [
  withFiles(
    {
      method: 'get',
      path: `${CLIENT}/usage`,
      operation: 'getClientUsage',
      answer: async (visit) => {
        const [{ body: client }, { body: report }, { body: hourly }, { body: failures }] = await Promise.all([
          visit.call<ClientDetails>('getClient'),
          visit.call<z.infer<typeof usageReport>>('getClientUsage'),
          visit.call<z.infer<typeof hourlyReport>>('getClientHourlyUsage'),
          visit.call<z.infer<typeof clientFailurePage>>('listClientFailures'),
        ]);
        const { total } = report;
        const known = new Set(failures.data.map(({ code }) => code));
        const ofSpan = {
          failureHref: (code: string) => `#${known.has(code) ? failureRowId(code) : 'failures'}`,
          target: client.id,
        };
        const links = spanLinks(visit, ofSpan);
        const days = '30 days';
        visit.show(
          'console/client-usage',
          { section: 'clients', crumbs: clientCrumbs(visit, client, 'Usage') },
          {
            client: clientHead(visit, client, 'usage'),
            figures: [
              { name: 'Tokens', value: longNumber(tokensOf(total)), detail: days, href: '#days' },
              { name: 'Failures', value: longNumber(sumOf(total.failures)), detail: days, href: '#failures' },
              { name: 'People', value: longNumber(total.people), detail: days, href: '#days' },
              {
                name: 'Unprotected codes',
                value: longNumber(total.unprotected_codes),
                detail: 'without PKCE and nonce',
                href: '#days',
              },
            ],
            span: spanOnPage(visit, { days: report.days, hours: hourly.hours }, ofSpan),
            panels: [hoursPanel(hourly.hours, links), daysPanel(report.days, links)],
            failuresCsvHref: fileHref(visit, 'failures', 'listClientFailures'),
            failures: failures.data.map((failure) => failureOnPage(failure)),
            curl: visit.curl('getClientUsage'),
          },
        );
      },
    },
    { failures: { operation: 'listClientFailures' } },
  ),
];
