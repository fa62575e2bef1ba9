import type { ConsolePage } from '../console/console-page.js';
import { CLIENT, clientCrumbs, type ClientDetails, clientHead } from './client-wire.js';
import { environmentOf, snippetsFor } from './snippets.js';

/** The lines that connect an application. */
export const clientConnectPages: readonly ConsolePage[] = [
  {
    method: 'get',
    path: `${CLIENT}/connect`,
    operation: 'getClient',
    answer: async (visit) => {
      const { body: client } = await visit.call<ClientDetails>('getClient');
      visit.show(
        'console/client-connect',
        { section: 'clients', crumbs: clientCrumbs(visit, client, 'Connect') },
        {
          client: clientHead(visit, client, 'connect'),
          environment: environmentOf(client, visit.issuer, undefined),
          snippets: snippetsFor(client, visit.issuer),
          curl: visit.curl('getClient'),
        },
      );
    },
  },
];
