import * as z from 'zod';
import { setByServer } from '../../platform/wire/input.js';
import { AUDIT_ACTIONS } from '../audit/audit-actions.js';
import type { Json } from '../../platform/wire/json.js';
import { count, described, id, page, textOrNull, time } from '../../platform/wire/response-shapes.js';
import type { SnakeKeys } from '../../platform/wire/snake-case.js';
import type { WebhookDelivery } from './webhook-deliveries.repository.js';
import type { Webhook } from './webhooks.repository.js';

const WORDS = {
  id: 'The key of the record; it never changes.',
  org_id: 'The organization whose events are sent; null for those of the whole installation.',
  project_id: 'The project whose events are sent; null for those of the whole organization.',
  url: 'Where events are sent by POST: https. Its query is shown only to those who may write webhooks.',
  events: 'The actions of the audit trail that are sent, such as client.updated; empty means all.',
  enabled: 'Whether it gets further events; what waits when it is turned off is still sent.',
  created_by: 'The subject that made it.',
  created_at: 'When it was made.',
} as const;

const url = z.string('Send text.').max(2048, 'A URL has at most 2048 characters.');
const event = z.enum(
  AUDIT_ACTIONS.map(([action]) => action),
  'Send an action of the audit trail, such as client.updated.',
);
const events = z
  .array(event, 'Send a list of actions; an empty one means all.')
  .max(AUDIT_ACTIONS.length, 'Name each action once.');

/** A new webhook, as it is sent. */
export const newWebhook = z
  .strictObject(described({ url, events: events.optional() }, WORDS))
  .meta({ id: 'NewWebhook' });
/** What of a webhook can be changed. */
export const webhookPatch = z
  .strictObject(described({ url, events, enabled: z.boolean('Send true or false.') }, WORDS))
  .partial()
  .meta({ id: 'WebhookPatch' });

/** Fields that only responses have. */
export const WEBHOOK_READ_ONLY = setByServer(
  'id',
  'org_id',
  'project_id',
  'created_by',
  'created_at',
  'secret',
);

const webhook = described(
  {
    id,
    org_id: id.nullable(),
    project_id: id.nullable(),
    url: z.string(),
    events: z.array(z.string()),
    enabled: z.boolean(),
    created_by: z.string(),
    created_at: time,
  },
  WORDS,
);
export const webhookResponse = z.strictObject(webhook).meta({ id: 'Webhook' }) satisfies z.ZodType<
  Json<SnakeKeys<Webhook>>
>;
export const webhookPage = page(webhookResponse).meta({ id: 'WebhookPage' });

/** A webhook that was just made, or got a new secret. */
export const createdWebhookResponse = z
  .strictObject({
    ...webhook,
    secret: z
      .string()
      .describe('What signatures are verified with (Standard Webhooks); in this response only.'),
  })
  .meta({ id: 'CreatedWebhook' });

/** An event for a webhook. */
export const deliveryResponse = z
  .strictObject(
    described(
      {
        id,
        event: z.string(),
        status: z.enum(['waiting', 'delivered', 'failed']),
        attempts: count,
        response_status: count.nullable(),
        last_error: textOrNull,
        created_at: time,
        finished_at: time.nullable(),
      },
      {
        id: 'The webhook-id of all its attempts.',
        event: 'The action of the audit trail.',
        status: 'failed: the last attempt failed, or the receiver answered 410.',
        attempts: 'How often it was tried.',
        response_status: 'The HTTP status of the last attempt; null when there was no response.',
        last_error: 'Why the last attempt failed.',
        created_at: 'When it happened.',
        finished_at: 'When it was delivered or given up.',
      },
    ),
  )
  .meta({ id: 'WebhookDelivery' }) satisfies z.ZodType<Json<SnakeKeys<WebhookDelivery>>>;
export const deliveryPage = page(deliveryResponse).meta({ id: 'WebhookDeliveryPage' });
