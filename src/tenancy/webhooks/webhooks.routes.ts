import type { AttemptsService } from '../../identity/attempts/attempts.service.js';
import type { RateLimits } from '../../identity/attempts/limits.js';
import { pageResponse } from '../../platform/paging/page-response.js';
import { oneOf, PAGE, pageRequestOf } from '../../platform/paging/query.js';
import { toSnake } from '../../platform/wire/snake-case.js';
import type { AccessService } from '../access/access.service.js';
import { type Authorization, type Operation, recordId } from '../operations/operation.js';
import { ADMIN_API, ORGANIZATION, PROJECT } from '../operations/paths.js';
import { routeGroup } from '../operations/route-group.js';
import {
  createdWebhookResponse,
  deliveryPage,
  deliveryResponse,
  newWebhook,
  webhookPage,
  webhookPatch,
  webhookResponse,
} from './webhook.schema.js';
import type { WebhookDeliveriesService } from './webhook-deliveries.service.js';
import type { Webhook, WebhooksService } from './webhooks.service.js';

/** What the routes of webhooks need. */
export interface WebhookRoutesDependencies {
  access: AccessService;
  attempts: Pick<AttemptsService, 'reserve'>;
  rateLimits: Pick<RateLimits, 'webhookSend'>;
  webhooks: WebhooksService;
  webhookDeliveries: WebhookDeliveriesService;
}

const MAX_BYTES = 16 * 1024;

/** The webhooks of the installation, of organizations and of projects. */
export const webhookRoutes = [
  webhooksOf('Installation', 'the installation', ADMIN_API, 'installation'),
  webhooksOf('Organization', 'an organization', ORGANIZATION, 'organization'),
  webhooksOf('Project', 'a project', PROJECT, 'project'),
];

function webhooksOf(
  level: string,
  tenant: string,
  base: string,
  at: Exclude<Authorization['at'], 'any role'>,
) {
  const path = `${base}/webhooks`;
  const webhook = recordId('webhook', { parameter: 'webhook', description: 'The id of the webhook.' });
  const all = {
    tag: {
      name: 'webhooks',
      description: 'Where events of the audit trail are sent, signed (Standard Webhooks).',
    },
    authorization: { permission: 'tenants.read', at },
  } as const;
  const one = { ...all, record: webhook, path: `${path}/:webhook` };
  const writing = { permission: 'tenants.write', at } as const;
  /** What is sent is the audit trail. */
  const sending = { ...writing, also: 'audit.read' } as const;
  const operations = {
    list: {
      ...all,
      id: `list${level}Webhooks`,
      method: 'get',
      path,
      summary: `List the webhooks of ${tenant} itself, newest first.`,
      query: PAGE,
      status: 200,
      response: webhookPage,
    },
    create: {
      ...all,
      id: `create${level}Webhook`,
      method: 'post',
      path,
      summary: `Have events of ${tenant} sent to a URL. The response alone has the secret.`,
      authorization: sending,
      urlIsReceiver: true,
      freshSignIn: true,
      request: { schema: newWebhook, maxBytes: MAX_BYTES },
      status: 201,
      response: createdWebhookResponse,
      conflict: 'There are 20 webhooks already.',
    },
    get: {
      ...one,
      id: `get${level}Webhook`,
      method: 'get',
      summary: `Read a webhook of ${tenant}.`,
      status: 200,
      response: webhookResponse,
    },
    update: {
      ...one,
      id: `update${level}Webhook`,
      method: 'patch',
      summary: `Change the URL or the events of a webhook of ${tenant}, or turn it off or on.`,
      authorization: sending,
      freshSignIn: true,
      request: { schema: webhookPatch, maxBytes: MAX_BYTES },
      status: 200,
      response: webhookResponse,
    },
    rotate: {
      ...one,
      id: `rotate${level}WebhookSecret`,
      method: 'post',
      path: `${path}/:webhook/rotate_secret`,
      summary: `Make a new secret for a webhook of ${tenant}. For 24 hours messages are signed with both.`,
      authorization: sending,
      freshSignIn: true,
      status: 200,
      response: createdWebhookResponse,
    },
    test: {
      ...one,
      id: `test${level}Webhook`,
      method: 'post',
      path: `${path}/:webhook/test`,
      summary: `Send a message of the type webhook.test to a webhook of ${tenant}.`,
      authorization: writing,
      limited: true,
      status: 200,
      response: deliveryResponse,
    },
    delete: {
      ...one,
      id: `delete${level}Webhook`,
      method: 'delete',
      summary: `Delete a webhook of ${tenant}; what waits for it is not sent.`,
      authorization: writing,
      freshSignIn: true,
      status: 204,
    },
    deliveries: {
      ...one,
      id: `list${level}WebhookDeliveries`,
      method: 'get',
      path: `${path}/:webhook/deliveries`,
      summary: `List what was sent to a webhook of ${tenant}, newest first: for 3 days once delivered, else for 30.`,
      query: {
        ...PAGE,
        status: oneOf(
          ['waiting', 'delivered', 'failed'],
          'Deliveries in this state; failed ones are dead letters.',
        ),
      },
      status: 200,
      response: deliveryPage,
    },
    redeliver: {
      ...all,
      id: `redeliver${level}WebhookDelivery`,
      method: 'post',
      path: `${path}/:webhook/deliveries/:delivery/redeliver`,
      parent: webhook,
      record: recordId('failed delivery', { parameter: 'delivery', description: 'The id of the delivery.' }),
      summary: `Send what a webhook of ${tenant} did not take again, from the first attempt on.`,
      authorization: writing,
      limited: true,
      status: 200,
      response: deliveryResponse,
    },
  } satisfies Record<string, Operation>;

  return routeGroup(
    operations,
    ({ access, attempts, rateLimits, webhookDeliveries, webhooks }: WebhookRoutesDependencies) => ({
      list: async ({ caller, tenant: of, query }) => {
        const { limit, cursor } = pageRequestOf(query);
        const mayWrite = await access.may(caller, of, writing.permission);
        const page = await webhooks.list(of, limit, cursor);
        return { body: pageResponse(page, (record) => toWire(record, mayWrite)) };
      },
      create: async ({ actor, tenant: of, body }) => {
        const made = await webhooks.create(actor, of, body);
        return { body: { ...toSnake(made.webhook), secret: made.secret } };
      },
      get: async ({ caller, tenant: of, key }) => ({
        body: toWire(await webhooks.get(of, key), await access.may(caller, of, writing.permission)),
      }),
      update: async ({ actor, tenant: of, key, body }) => ({
        body: toSnake(await webhooks.update(actor, of, key, body)),
      }),
      rotate: async ({ actor, tenant: of, key }) => {
        const { secret, webhook: record } = await webhooks.rotateSecret(actor, of, key);
        return { body: { ...toSnake(record), secret } };
      },
      test: async ({ tenant: of, key }) => {
        await attempts.reserve([rateLimits.webhookSend(of.orgId)]);
        return { body: toSnake(await webhookDeliveries.sendTest(of, key)) };
      },
      delete: async ({ actor, tenant: of, key }) => {
        await webhooks.delete(actor, of, key);
        return {};
      },
      deliveries: async ({ tenant: of, key, query }) => {
        const page = await webhookDeliveries.list(of, key, query.status, pageRequestOf(query));
        return { body: pageResponse(page, (delivery) => toSnake(delivery)) };
      },
      redeliver: async ({ actor, tenant: of, parentKey, key }) => {
        await attempts.reserve([rateLimits.webhookSend(of.orgId)]);
        return { body: toSnake(await webhookDeliveries.redeliver(actor, of, parentKey, key)) };
      },
    }),
  );
}

/** The query of a URL is often a credential of the receiver: it is for those who may write. */
function toWire(webhook: Webhook, mayWrite: boolean) {
  return toSnake(mayWrite ? webhook : { ...webhook, url: webhook.url.replace(/\?.*$/s, '') });
}
