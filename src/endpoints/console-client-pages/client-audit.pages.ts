import { eventRows } from '../console-audit/event-rows.js';
import type { EventPageWire } from '../console-audit/event-wire.js';
import { CLIENT, clientCrumbs, type ClientDetails, clientHead } from '../console-clients/client-wire.js';
import { listPage } from '../console-records/list-page.js';
import type { ConsolePage } from '../console/console-page.js';

/** What was done to a client. */
export const clientAuditPages: readonly ConsolePage[] = [
  listPage<EventPageWire>({
    path: `${CLIENT}/audit`,
    operation: 'listProjectAuditEvents',
    toQuery: (_, visit) => ({ target_id: visit.param('id').toLowerCase() }),
    show: async (visit, body, state) => {
      const { body: client } = await visit.call<ClientDetails>('getClient');
      const only = (filter: string, value: string) =>
        `${visit.home}/audit?${new URLSearchParams({ [filter]: value }).toString()}`;
      visit.show(
        'console/client-audit',
        { section: 'clients', crumbs: clientCrumbs(visit, client, 'Audit') },
        {
          client: clientHead(visit, client, 'audit'),
          events: eventRows(visit, body.data, only),
          nextHref: state.nextHref(body.next_cursor),
          firstHref: state.firstHref,
          csvHref: state.csvHref,
          curl: visit.curl('listProjectAuditEvents', { query: state.query }),
        },
      );
    },
  }),
];
