import { notFound } from '../../platform/errors/errors.js';
import { toSnake } from '../../platform/wire/snake-case.js';
import { isUuid } from '../../platform/wire/uuid.js';
import type { Webhook } from '../../tenancy/webhooks/webhooks.service.js';
import { commandLineActor } from '../context/actor.js';
import { withTenancyContext } from '../context/with-tenancy-context.js';
import { type ListOptions, pageOptions, printPage } from '../list.js';
import { print } from '../output.js';
import { UsageError } from '../usage-error.js';
import { type LevelOptions, levelOf } from './member.actions.js';

/** The actions that a new webhook wants; without them all. */
export interface NewWebhookOptions extends LevelOptions {
  event?: string[];
}

/** What to change of a webhook. */
export interface WebhookChanges extends NewWebhookOptions {
  url?: string;
  allEvents?: boolean;
  enable?: boolean;
  disable?: boolean;
}

/** The deliveries to list. */
export interface DeliveryOptions extends LevelOptions, ListOptions {
  status?: string;
}

const STATUSES = ['waiting', 'delivered', 'failed'];

/** `postern webhook list` */
export async function listWebhooks(options: LevelOptions & ListOptions): Promise<void> {
  const { limit, cursor } = pageOptions(options);
  const page = await withTenancyContext(async (context) =>
    context.webhooks.list(await levelOf(context, options), limit, cursor),
  );
  const shown = { ...page, data: page.data.map(toSnake) };
  printPage(shown, options.json, ['ID', 'URL', 'EVENTS'], ({ id, url, events }) => [
    id,
    url,
    events.join(' ') || 'all',
  ]);
}

/** `postern webhook create` */
export async function createWebhook(url: string, options: NewWebhookOptions): Promise<void> {
  const input = { url, ...(options.event ? { events: options.event } : {}) };
  const { secret, webhook } = await withTenancyContext(async (context) =>
    context.webhooks.create(commandLineActor(), await levelOf(context, options), input),
  );
  const shown = `${textOf(webhook)}\nThe secret, shown only now: ${secret}`;
  print({ ...toSnake(webhook), secret }, options.json, shown);
}

/** `postern webhook show` */
export async function showWebhook(id: string, options: LevelOptions): Promise<void> {
  const webhook = await withTenancyContext(async (context) =>
    context.webhooks.get(await levelOf(context, options), idOf(id)),
  );
  print(toSnake(webhook), options.json, textOf(webhook));
}

/** `postern webhook update` */
export async function updateWebhook(id: string, options: WebhookChanges): Promise<void> {
  const { allEvents, disable, enable, event: events, url } = options;
  if (allEvents && events) throw new UsageError('Use either --event or --all-events.');
  if (enable && disable) throw new UsageError('Use either --enable or --disable.');
  const patch = {
    ...(url === undefined ? {} : { url }),
    ...(allEvents ? { events: [] } : events ? { events } : {}),
    ...(enable ? { enabled: true } : disable ? { enabled: false } : {}),
  };
  if (Object.keys(patch).length === 0)
    throw new UsageError('Say what to change, such as --url or --disable.');
  const webhook = await withTenancyContext(async (context) =>
    context.webhooks.update(commandLineActor(), await levelOf(context, options), idOf(id), patch),
  );
  print(toSnake(webhook), options.json, textOf(webhook));
}

/** `postern webhook rotate-secret` */
export async function rotateWebhookSecret(id: string, options: LevelOptions): Promise<void> {
  const { secret, webhook } = await withTenancyContext(async (context) =>
    context.webhooks.rotateSecret(commandLineActor(), await levelOf(context, options), idOf(id)),
  );
  const shown = `The secret, shown only now: ${secret}\nThe one before signs as well for 24 hours.`;
  print({ ...toSnake(webhook), secret }, options.json, shown);
}

/** `postern webhook test` */
export async function testWebhook(id: string, options: LevelOptions): Promise<void> {
  const delivery = await withTenancyContext(async (context) =>
    context.webhookDeliveries.sendTest(await levelOf(context, options), idOf(id)),
  );
  print(toSnake(delivery), options.json, `The message ${delivery.id} is on its way.`);
}

/** `postern webhook delete` */
export async function deleteWebhook(id: string, options: LevelOptions): Promise<void> {
  await withTenancyContext(async (context) =>
    context.webhooks.delete(commandLineActor(), await levelOf(context, options), idOf(id)),
  );
  print({ id, deleted: true }, options.json, 'Nothing is sent there any more.');
}

/** `postern webhook deliveries` */
export async function listDeliveries(id: string, options: DeliveryOptions): Promise<void> {
  const { status } = options;
  if (status !== undefined && !STATUSES.includes(status))
    throw new UsageError(`--status is one of ${STATUSES.join(', ')}.`);
  const { limit, cursor } = pageOptions(options);
  const page = await withTenancyContext(async (context) =>
    context.webhookDeliveries.list(await levelOf(context, options), idOf(id), status, { limit, cursor }),
  );
  const shown = { ...page, data: page.data.map(toSnake) };
  printPage(shown, options.json, ['ID', 'STATUS', 'EVENT'], (delivery) => [
    delivery.id,
    delivery.status,
    delivery.event,
  ]);
}

/** `postern webhook redeliver` */
export async function redeliver(id: string, delivery: string, options: LevelOptions): Promise<void> {
  const restarted = await withTenancyContext(async (context) =>
    context.webhookDeliveries.redeliver(
      commandLineActor(),
      await levelOf(context, options),
      idOf(id),
      idOf(delivery, 'failed delivery'),
    ),
  );
  print(toSnake(restarted), options.json, 'It is sent again.');
}

function idOf(text: string, noun = 'webhook'): string {
  if (!isUuid(text)) throw notFound(noun);
  return text;
}

function textOf({ id, url, events, enabled }: Webhook): string {
  return `${id}\n${url}\nevents: ${events.join(' ') || 'all'}${enabled ? '' : '\nturned off'}`;
}
