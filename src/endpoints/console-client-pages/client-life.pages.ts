import {
  CLIENT,
  clientCrumbs,
  type ClientDetails,
  clientHead,
  clientPath,
} from '../console-clients/client-wire.js';
import type { ConsolePage } from '../console/console-page.js';
import { typedProblem, versionFrom } from '../console/form-values.js';
import type { Visit } from '../console/visit.js';

const pathOf = (visit: Visit) => clientPath(visit, visit.param('id'));

/** The end of a client, and its return. */
export const clientLifePages: readonly ConsolePage[] = [
  {
    method: 'get',
    path: `${CLIENT}/delete`,
    operation: 'deleteClient',
    answer: (visit) => confirm(visit, 'delete'),
  },
  {
    method: 'post',
    path: `${CLIENT}/delete`,
    operation: 'deleteClient',
    needsFreshSignIn: true,
    backTo: (visit) => `${pathOf(visit)}/delete`,
    answer: async (visit) => {
      const form = await visit.form();
      const version = versionFrom(form);
      const { body: client } = await visit.call<ClientDetails>('getClient');
      const problem = typedProblem(form, client.client_id);
      if (problem !== undefined) return confirm(visit, 'delete', problem);
      await visit.call('deleteClient', { version });
      visit.redirect(pathOf(visit));
    },
  },
  {
    method: 'get',
    path: `${CLIENT}/restore`,
    operation: 'restoreClient',
    answer: (visit) => confirm(visit, 'restore'),
  },
  {
    method: 'post',
    path: `${CLIENT}/restore`,
    operation: 'restoreClient',
    answer: async (visit) => {
      await visit.call('restoreClient', { version: versionFrom(await visit.form()) });
      visit.redirect(pathOf(visit));
    },
  },
];

async function confirm(visit: Visit, what: 'delete' | 'restore', problem?: string): Promise<void> {
  const { body: client, version = 0 } = await visit.call<ClientDetails>('getClient');
  const path = pathOf(visit);
  if ((what === 'restore') !== (client.deleted_at !== null)) return visit.redirect(path);
  const { people } = client.usage.total;
  const words =
    what === 'delete'
      ? {
          heading: `Delete ${client.client_name}?`,
          text: `From that moment it gets no tokens, on every node, and those that it has end. ${String(people)} ${people === 1 ? 'person' : 'people'} used it in the last 30 days. It can be restored for some time; its tokens stay revoked.`,
          button: 'Delete this client',
        }
      : {
          heading: `Restore ${client.client_name}?`,
          text: 'It works again, with its settings and its secrets. What was issued to it before stays revoked.',
          button: 'Restore this client',
        };
  visit.show(
    'console/client-confirm',
    { section: 'clients', crumbs: clientCrumbs(visit, client, what === 'delete' ? 'Delete' : 'Restore') },
    {
      client: clientHead(visit, client, 'settings'),
      ...words,
      isDangerous: what === 'delete',
      mustType: what === 'delete',
      action: `${path}/${what}`,
      keepHref: path,
      version,
      problem,
      curl: visit.curl(what === 'delete' ? 'deleteClient' : 'restoreClient', { version }),
    },
    problem === undefined ? 200 : 422,
  );
}
