import type * as z from 'zod';
import type { rotatedClientResponse } from '../../registry/client-record/client-response.schema.js';
import {
  CLIENT,
  clientCrumbs,
  type ClientDetails,
  clientHead,
  clientPath,
} from '../console-clients/client-wire.js';
import type { ConsolePage } from '../console/console-page.js';
import type { Visit } from '../console/visit.js';
import { typedProblem, versionFrom } from '../console/form-values.js';
import { usesSecret } from '../../registry/client-record/client-record.js';
import { dateOf } from '../console-records/list-parts.js';

const SECRETS = `${CLIENT}/secrets`;
const secretsPath = (visit: Visit) => `${clientPath(visit, visit.param('id'))}/secrets`;

interface Shown {
  newSecret?: string;
  problem?: string;
  isDeleting?: boolean;
}

/** The secrets of a client: what is known of them, a new one, and the end of the older one. */
export const clientSecretsPages: readonly ConsolePage[] = [
  {
    method: 'get',
    path: SECRETS,
    operation: 'getClient',
    answer: (visit) => showSecrets(visit, { isDeleting: visit.query.has('delete') }),
  },
  {
    method: 'post',
    path: `${SECRETS}/rotate`,
    operation: 'rotateClientSecret',
    needsFreshSignIn: true,
    backTo: secretsPath,
    answer: async (visit) => {
      const version = versionFrom(await visit.form());
      const { body } = await visit.call<z.infer<typeof rotatedClientResponse>>('rotateClientSecret', {
        version,
      });
      await showSecrets(visit, { newSecret: body.client_secret });
    },
  },
  {
    method: 'post',
    path: `${SECRETS}/delete`,
    operation: 'deleteRotatedClientSecret',
    needsFreshSignIn: true,
    backTo: secretsPath,
    answer: deleteOlder,
  },
];

async function deleteOlder(visit: Visit): Promise<void> {
  const form = await visit.form();
  const { body: client } = await visit.call<ClientDetails>('getClient');
  const problem = typedProblem(form, client.client_id);
  if (problem !== undefined) return showSecrets(visit, { problem, isDeleting: true });
  await visit.call('deleteRotatedClientSecret', { version: versionFrom(form) });
  visit.redirect(`${secretsPath(visit)}?deleted`);
}

async function showSecrets(visit: Visit, { newSecret, problem, isDeleting }: Shown): Promise<void> {
  const { body: client, version = 0 } = await visit.call<ClientDetails>('getClient');
  const path = secretsPath(visit);
  const mayChange = visit.canCall('rotateClientSecret') && client.deleted_at === null;
  const hasOlder = client.secrets.length > 1;
  const deletion =
    isDeleting && mayChange && hasOlder ? { action: `${path}/delete`, keepHref: path, problem } : undefined;
  visit.show(
    'console/client-secrets',
    { section: 'clients', crumbs: clientCrumbs(visit, client, 'Secrets') },
    {
      client: clientHead(visit, client, 'secrets'),
      secrets: client.secrets.map((secret, index) => ({
        hint: secret.hint,
        createdAt: new Date(secret.created_at),
        lastUsedAt: dateOf(secret.last_used_at),
        isOlder: index > 0,
      })),
      usesSecrets: usesSecret(client.token_endpoint_auth_method),
      method: client.token_endpoint_auth_method ?? 'client_secret_basic or client_secret_post',
      version,
      mayChange,
      rotateAction:
        mayChange && !hasOlder && usesSecret(client.token_endpoint_auth_method)
          ? `${path}/rotate`
          : undefined,
      deleteHref: mayChange && hasOlder && !isDeleting ? `${path}?delete#confirm` : undefined,
      deletion,
      newSecret,
      notice: visit.query.has('deleted')
        ? { kind: 'good', text: 'The older secret is deleted: it stopped at once, on every node.' }
        : undefined,
      curl: visit.curl(hasOlder ? 'deleteRotatedClientSecret' : 'rotateClientSecret', { version }),
    },
    problem === undefined ? 200 : 422,
  );
}
