import { auditWords } from '../../tenancy/audit/audit-actions.js';
import type * as z from 'zod';
import type { auditEventPage } from '../../tenancy/audit/audit-event.schema.js';
import {
  CLIENT,
  clientCrumbs,
  type ClientDetails,
  clientHead,
  clientPath,
} from '../console-clients/client-wire.js';
import type { ConsolePage } from '../console/console-page.js';

/** What was done to a client. */
export const clientAuditPages: readonly ConsolePage[] = [
  {
    method: 'get',
    path: `${CLIENT}/audit`,
    operation: 'listProjectAuditEvents',
    answer: async (visit) => {
      const { body: client } = await visit.call<ClientDetails>('getClient');
      const cursor = visit.query.get('cursor') ?? '';
      const query = { target_id: client.id, page_limit: '50', ...(cursor === '' ? {} : { cursor }) };
      const { body } = await visit.call<z.infer<typeof auditEventPage>>('listProjectAuditEvents', { query });
      const path = `${clientPath(visit, client.id)}/audit`;
      const next = body.next_cursor;
      visit.show(
        'console/client-audit',
        { section: 'clients', crumbs: clientCrumbs(visit, client, 'Audit') },
        {
          client: clientHead(visit, client, 'audit'),
          events: body.data.map((event) => ({
            at: new Date(event.occurred_at),
            action: event.action,
            words: auditWords(event.action),
            actor: event.actor,
            changedFields: event.changed_fields,
            address: event.address,
            requestId: event.request_id,
          })),
          nextHref: next === null ? undefined : `${path}?${new URLSearchParams({ cursor: next }).toString()}`,
          firstHref: cursor === '' ? undefined : path,
          curl: visit.curl('listProjectAuditEvents', { query }),
        },
      );
    },
  },
];
