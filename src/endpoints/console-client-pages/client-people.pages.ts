import type * as z from 'zod';
import type { clientPeoplePage } from '../../registry/client-use/client-use.schema.js';
import { CLIENT, clientCrumbs, type ClientDetails, clientHead } from '../console-clients/client-wire.js';
import { listPage } from '../console-records/list-page.js';
import { dateOf } from '../console-records/list-parts.js';
import type { ConsolePage } from '../console/console-page.js';
import { ACCOUNTS } from '../console-people/account-wire.js';

/** Who allowed a client something. */
export const clientPeoplePages: readonly ConsolePage[] = [
  listPage<z.infer<typeof clientPeoplePage>>({
    path: `${CLIENT}/people`,
    operation: 'listPeopleOfClient',
    show: async (visit, body, state) => {
      const { body: client } = await visit.call<ClientDetails>('getClient');
      const mayOpen = visit.canCall('getAccount');
      visit.show(
        'console/client-people',
        { section: 'clients', crumbs: clientCrumbs(visit, client, 'People') },
        {
          client: clientHead(visit, client, 'people'),
          table: {
            caption: 'People who allowed this client something',
            columns: [{ label: 'Person' }, { label: 'Allowed' }, { label: 'Until' }],
            rows: body.data.map(({ account_id: id, allowed_at, email, expires_at, name }) => [
              {
                text: name ?? email ?? id,
                isCode: email === null,
                href: mayOpen ? `${ACCOUNTS}/${id}` : undefined,
                detail: name === null ? undefined : (email ?? undefined),
              },
              { at: dateOf(allowed_at), as: 'day' as const },
              { at: dateOf(expires_at), as: 'day' as const },
            ]),
          },
          nextHref: state.nextHref(body.next_cursor),
          firstHref: state.firstHref,
          csvHref: state.csvHref,
          curl: visit.curl('listPeopleOfClient', { query: state.query }),
        },
      );
    },
  }),
];
