import type { MessageState, OutboxService } from '../../platform/outbox/outbox.service.js';
import { pageResponse } from '../../platform/paging/page-response.js';
import { oneOf, PAGE, pageRequestOf, text } from '../../platform/paging/query.js';
import { toSnake } from '../../platform/wire/snake-case.js';
import type { AccessService } from '../access/access.service.js';
import { type Operation, recordId } from '../operations/operation.js';
import { ADMIN_API } from '../operations/paths.js';
import { routeGroup } from '../operations/route-group.js';
import {
  installationResponse,
  jobPage,
  keyPage,
  messagePage,
  messageResponse,
  settingList,
} from './installation.schema.js';
import type { InstallationService } from './installation.service.js';

/** What the routes of the installation need. `catalogueChanged` has this node use new keys at once. */
export interface InstallationRoutesDependencies {
  access: AccessService;
  installation: InstallationService;
  outbox: OutboxService;
  catalogueChanged: () => Promise<void>;
}

const tag = {
  name: 'installation',
  description: 'The server itself: versions, settings, signing keys, periodic jobs, and messages to deliver.',
};
const reading = {
  tag,
  method: 'get',
  status: 200,
  authorization: { permission: 'installation.read', at: 'installation' },
} as const;
const changing = {
  tag,
  method: 'post',
  status: 200,
  authorization: { permission: 'installation.write', at: 'installation' },
} as const;

const OPERATIONS = {
  describe: {
    ...reading,
    id: 'getInstallation',
    path: `${ADMIN_API}/installation`,
    summary: 'Read versions, the state of the schema and of the outbox, and warnings.',
    response: installationResponse,
  },
  settings: {
    ...reading,
    id: 'listSettings',
    path: `${ADMIN_API}/settings`,
    summary: 'List every setting as it is in effect.',
    response: settingList,
  },
  keys: {
    ...reading,
    id: 'listKeys',
    path: `${ADMIN_API}/keys`,
    summary: 'List the signing keys, the current ones first.',
    response: keyPage,
  },
  rotateKeys: {
    ...changing,
    id: 'rotateKeys',
    freshSignIn: true,
    path: `${ADMIN_API}/keys/rotate`,
    summary:
      'Sign tokens and cookies with the next keys; the current ones stay accepted until all is expired.',
    response: keyPage,
  },
  jobs: {
    ...reading,
    id: 'listJobs',
    path: `${ADMIN_API}/jobs`,
    summary: 'List the periodic jobs with their last runs.',
    response: jobPage,
  },
  messages: {
    ...reading,
    id: 'listOutboxMessages',
    path: `${ADMIN_API}/outbox_messages`,
    summary: 'List messages that wait or were given up, latest first.',
    query: {
      ...PAGE,
      state: oneOf(['waiting', 'dead'], 'waiting (the default), or those that were given up.'),
      kind: text('Messages of this kind, such as mail.'),
    },
    response: messagePage,
  },
  redeliver: {
    ...changing,
    id: 'redeliverOutboxMessage',
    path: `${ADMIN_API}/outbox_messages/:message/redeliver`,
    record: recordId('dead letter', { parameter: 'message', description: 'The id of the message.' }),
    summary: 'Deliver a message that was given up again, from its first attempt on.',
    response: messageResponse,
  },
} satisfies Record<string, Operation>;

/** What operators of the server see and do. */
export const installationRoutes = routeGroup(
  OPERATIONS,
  ({ catalogueChanged, installation, outbox }: InstallationRoutesDependencies) => {
    const list = <T extends object>(data: readonly T[]) => ({
      body: pageResponse({ data, nextCursor: null }, (one) => toSnake(one)),
    });
    return {
      describe: async () => {
        const { schema, messages, ...about } = await installation.describe();
        return { body: { ...about, schema: toSnake(schema), messages: toSnake(messages) } };
      },
      settings: async () => list(installation.settings()),
      keys: async () => list(await installation.keys()),
      rotateKeys: async ({ actor }) => {
        const keys = await installation.rotateKeys(actor);
        await catalogueChanged();
        return list(keys);
      },
      jobs: async () => list(await installation.jobs()),
      messages: async ({ query }) => {
        const { limit, cursor } = pageRequestOf(query);
        const { state = 'waiting', kind } = query as { state?: MessageState; kind?: string };
        const page = await outbox.list(state, kind, limit, cursor);
        return { body: pageResponse(page, (message) => toSnake(message)) };
      },
      redeliver: async ({ actor, key }) => ({ body: toSnake(await installation.redeliver(actor, key)) }),
    };
  },
);
