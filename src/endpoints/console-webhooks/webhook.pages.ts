import type * as z from 'zod';
import type { deliveryPage, webhookPage } from '../../tenancy/webhooks/webhook.schema.js';
import { buttonPage, confirmationPages } from '../console-records/confirmation.pages.js';
import { listPage } from '../console-records/list-page.js';
import type { Filter } from '../console-records/list-parts.js';
import { recordFormPages } from '../console-records/record-form.pages.js';
import type { ConsolePage } from '../console/console-page.js';
import type { Visit } from '../console/visit.js';
import { showDeliveries, showList, showOne, showSecret, type WebhookWithSecret } from './webhook-views.js';
import {
  ENABLED_FIELD,
  hostOf,
  webhookFields,
  WEBHOOK_LEVELS,
  webhookCrumbs,
  type WebhookLevel,
  webhookPath,
  webhooksPath,
  type WebhookWire,
} from './webhook-wire.js';

const STATUS_FILTER: Filter = {
  name: 'status',
  label: 'State',
  options: [
    { value: '', text: 'All' },
    { value: 'waiting', text: 'Waiting' },
    { value: 'delivered', text: 'Delivered' },
    { value: 'failed', text: 'Given up' },
  ],
};

/** Where events are sent: of the installation, of organizations and of projects. */
export const webhookPages: readonly ConsolePage[] = WEBHOOK_LEVELS.flatMap((level) => pagesOf(level));

function pagesOf(level: WebhookLevel): ConsolePage[] {
  const { name, section } = level;
  const all = `${level.base}/webhooks`;
  const one = `${all}/:webhook`;
  const read = (visit: Visit) => visit.call<WebhookWire>(`get${name}Webhook`);
  const around = (visit: Visit, label: string) => ({
    section,
    crumbs: webhookCrumbs(visit, { label, href: visit.ctx.path }),
  });
  return [
    listPage({
      path: all,
      operation: `list${name}Webhooks`,
      show: (visit, body: z.infer<typeof webhookPage>, state) => {
        showList(visit, body, state, level);
      },
    }),
    ...recordFormPages({
      path: `${all}/new`,
      operation: `create${name}Webhook`,
      isNew: true,
      fields: () => webhookFields(level),
      record: async () => ({ body: {}, version: undefined }),
      example: { url: 'https://hooks.example/postern', events: ['client.updated'] },
      words: (visit) => ({
        ...around(visit, 'New'),
        heading: 'New webhook',
        lead: 'Events of the audit trail are sent there, signed (Standard Webhooks).',
        button: 'Create webhook',
        cancelHref: webhooksPath(visit),
        notes: ['The secret that signatures are verified with is shown once.'],
      }),
      done: (visit, body) => {
        showSecret(visit, level, body as unknown as WebhookWithSecret, 201);
      },
    }),
    { method: 'get', path: one, operation: `get${name}Webhook`, answer: (visit) => showOne(visit, level) },
    ...recordFormPages({
      path: `${one}/edit`,
      operation: `update${name}Webhook`,
      fields: () => [...webhookFields(level), ENABLED_FIELD],
      record: read,
      words: (visit, record) => ({
        ...around(visit, 'Edit'),
        heading: `Edit ${hostOf(record as WebhookWire)}`,
        lead: 'It counts for the next event.',
        button: 'Save',
        cancelHref: webhookPath(visit),
      }),
      done: (visit) => {
        visit.redirect(`${webhookPath(visit)}?done=saved`);
      },
    }),
    ...recordFormPages({
      path: `${one}/rotate-secret`,
      operation: `rotate${name}WebhookSecret`,
      isNew: true,
      fields: () => [],
      record: async () => ({ body: {}, version: undefined }),
      words: (visit) => ({
        ...around(visit, 'New secret'),
        heading: 'New secret',
        lead: 'For 24 hours messages are signed with both, so that the receiver can change over.',
        button: 'Make a new secret',
        cancelHref: webhookPath(visit),
      }),
      done: (visit, body) => {
        showSecret(visit, level, body as unknown as WebhookWithSecret, 200);
      },
    }),
    ...confirmationPages({
      path: `${one}/delete`,
      operation: `delete${name}Webhook`,
      isDangerous: true,
      words: async (visit) => {
        const host = hostOf((await read(visit)).body);
        return {
          ...around(visit, 'Delete'),
          heading: `Delete the webhook at ${host}?`,
          text: 'Nothing is sent there any more, also not what waits.',
          button: 'Delete this webhook',
          keepHref: webhookPath(visit),
          typed: host,
        };
      },
      doneHref: (visit) => `${webhooksPath(visit)}?done=deleted`,
    }),
    buttonPage({
      path: `${one}/test`,
      operation: `test${name}Webhook`,
      doneHref: (visit) => `${webhookPath(visit)}?done=tested`,
    }),
    listPage({
      path: `${one}/deliveries`,
      operation: `list${name}WebhookDeliveries`,
      filters: [STATUS_FILTER],
      show: (visit, body: z.infer<typeof deliveryPage>, state) => {
        showDeliveries(visit, body, state, level);
      },
    }),
    buttonPage({
      path: `${one}/deliveries/:delivery/redeliver`,
      operation: `redeliver${name}WebhookDelivery`,
      doneHref: (visit) => `${webhookPath(visit)}?done=redelivered`,
    }),
  ];
}
