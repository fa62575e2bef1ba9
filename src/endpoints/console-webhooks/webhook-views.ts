import type * as z from 'zod';
import type {
  createdWebhookResponse,
  deliveryPage,
  webhookPage,
} from '../../tenancy/webhooks/webhook.schema.js';
import { dateOf, type ListState, noticeOf } from '../console-records/list-parts.js';
import type { Visit } from '../console/visit.js';
import {
  deliveryTable,
  eventsCell,
  hostOf,
  webhookCrumbs,
  type WebhookLevel,
  webhookPath,
  webhooksPath,
  type WebhookWire,
} from './webhook-wire.js';

/** A webhook that was just made, or got a new secret. */
export type WebhookWithSecret = z.infer<typeof createdWebhookResponse>;

const NOTICES = {
  saved: 'Saved.',
  tested: 'The test message is on its way; its row shows what the receiver answered.',
  redelivered: 'The message is sent again, from its first attempt on.',
};

/** The secret, this once. */
export function showSecret(
  visit: Visit,
  { section }: WebhookLevel,
  webhook: WebhookWithSecret,
  status: number,
): void {
  const href = `${webhooksPath(visit)}/${webhook.id}`;
  visit.show(
    'console/once',
    { section, crumbs: webhookCrumbs(visit, { label: hostOf(webhook), href }) },
    {
      heading: 'The secret is ready',
      lead: 'Copy it now into the receiver, which verifies signatures with it. It cannot be shown again.',
      label: 'Secret',
      name: 'secret',
      secret: webhook.secret,
      facts: [{ name: 'URL', value: webhook.url }],
      openHref: href,
    },
    status,
  );
}

/** The list of webhooks. */
export function showList(
  visit: Visit,
  body: z.infer<typeof webhookPage>,
  state: ListState,
  { name, section }: WebhookLevel,
): void {
  const path = webhooksPath(visit);
  const mayChange = visit.canCall(`create${name}Webhook`);
  const newLink = { label: 'New webhook', href: `${path}/new` };
  visit.show(
    'console/list',
    { section, crumbs: webhookCrumbs(visit) },
    {
      ...state,
      heading: 'Webhooks',
      lead: 'Where events of the audit trail are sent.',
      actions: mayChange ? [newLink] : [],
      nextHref: state.nextHref(body.next_cursor),
      table: {
        caption: 'Webhooks, newest first',
        columns: [{ label: 'Receiver' }, { label: 'Events' }, { label: 'Created' }],
        rows: body.data.map((webhook) => [
          {
            text: hostOf(webhook),
            href: `${path}/${webhook.id}`,
            detail: webhook.url,
            ...(webhook.enabled ? {} : { badges: [{ kind: 'caution' as const, text: 'Turned off' }] }),
          },
          eventsCell(webhook, 3),
          { at: dateOf(webhook.created_at), as: 'day' as const },
        ]),
      },
      empty: {
        symbol: 'list',
        heading: 'No webhook',
        text: 'With one, another system learns of changes and security events as they happen.',
        link: mayChange ? newLink : undefined,
      },
      notice: noticeOf(visit, { deleted: 'The webhook is deleted.' }),
      curl: visit.curl(`list${name}Webhooks`, { query: state.query }),
    },
  );
}

/** One webhook with what was sent last. */
export async function showOne(visit: Visit, { name, section }: WebhookLevel): Promise<void> {
  const path = webhookPath(visit);
  const query = { page_limit: '10' };
  const [{ body: webhook }, { body: deliveries }] = await Promise.all([
    visit.call<WebhookWire>(`get${name}Webhook`),
    visit.call<z.infer<typeof deliveryPage>>(`list${name}WebhookDeliveries`, { query }),
  ]);
  const mayChange = visit.canCall(`update${name}Webhook`);
  const host = hostOf(webhook);
  visit.show(
    'console/record',
    { section, crumbs: webhookCrumbs(visit, { label: host, href: path }) },
    {
      heading: host,
      badges: [
        webhook.enabled ? { kind: 'good', text: 'Gets events' } : { kind: 'caution', text: 'Turned off' },
      ],
      key: { value: webhook.id, what: `webhook id ${webhook.id}` },
      lead: webhook.url,
      actions: mayChange ? [{ label: 'Edit', href: `${path}/edit` }] : [],
      facts: [
        { name: 'URL', cell: { text: webhook.url } },
        { name: 'Events', cell: eventsCell(webhook) },
        { name: 'Created', cell: { at: dateOf(webhook.created_at), as: 'minute' } },
        { name: 'By', cell: { text: webhook.created_by, isCode: true } },
      ],
      sections: [
        {
          id: 'deliveries',
          heading: 'Messages',
          lead: 'For 3 days once delivered, else for 30.',
          actions: [
            { text: 'Given up', about: 'messages', href: `${path}/deliveries?status=failed` },
            ...(mayChange ? [{ text: 'Send a test', about: `to ${host}`, action: `${path}/test` }] : []),
          ],
          none: 'Nothing was sent yet.',
          csvHref: `${path}/deliveries?format=csv`,
          moreHref: deliveries.next_cursor === null ? undefined : `${path}/deliveries`,
          table: deliveryTable(deliveries.data, path, mayChange),
        },
      ],
      grave: mayChange
        ? [
            {
              heading: 'New secret',
              text: 'For 24 hours the present one signs as well.',
              action: { text: 'New secret', about: `for ${host}`, href: `${path}/rotate-secret` },
            },
            {
              heading: 'Delete',
              text: 'Nothing is sent there any more, also not what waits.',
              action: { text: 'Delete', about: host, href: `${path}/delete`, isDangerous: true },
            },
          ]
        : [],
      notice: noticeOf(visit, NOTICES),
      curl: visit.curl(`get${name}Webhook`),
    },
  );
}

/** What was sent to a webhook. */
export function showDeliveries(
  visit: Visit,
  body: z.infer<typeof deliveryPage>,
  state: ListState,
  { name, section }: WebhookLevel,
): void {
  const path = webhookPath(visit);
  visit.show(
    'console/list',
    {
      section,
      crumbs: webhookCrumbs(
        visit,
        { label: 'Webhook', href: path },
        { label: 'Messages', href: visit.ctx.path },
      ),
    },
    {
      ...state,
      heading: 'Messages',
      lead: 'What was sent to the webhook, or is to be.',
      actions: [],
      nextHref: state.nextHref(body.next_cursor),
      table: deliveryTable(body.data, path, visit.canCall(`redeliver${name}WebhookDelivery`)),
      empty: { symbol: 'list', heading: 'Nothing was sent', text: 'Messages will stand here.' },
      curl: visit.curl(`list${name}WebhookDeliveries`, { query: state.query }),
    },
  );
}
