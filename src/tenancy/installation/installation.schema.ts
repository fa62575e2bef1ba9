import * as z from 'zod';
import type { KeyInfo } from '../../platform/keys/keys.service.js';
import type { MessageInfo } from '../../platform/outbox/outbox.service.js';
import type { Json } from '../../platform/wire/json.js';
import { count, described, id, page, textOrNull, time } from '../../platform/wire/response-shapes.js';
import type { SnakeKeys } from '../../platform/wire/snake-case.js';

/** A signing key; never its private part. */
export const keyResponse = z
  .strictObject(
    described(
      {
        kid: z.string(),
        alg: z.enum(['RS256', 'ES256']),
        state: z.enum(['next', 'current', 'previous']),
        created_at: time,
        replaced_at: time.nullable(),
      },
      {
        kid: 'The key id, as in the JWK set.',
        alg: 'The algorithm.',
        state: 'next is published, current signs, previous is still accepted.',
        created_at: 'When it was made.',
        replaced_at: 'When another key began to sign in its place.',
      },
    ),
  )
  .meta({ id: 'SigningKey' }) satisfies z.ZodType<Json<SnakeKeys<KeyInfo>>>;
export const keyPage = page(keyResponse).meta({ id: 'SigningKeyPage' });

/** A setting as it is in effect. */
export const settingResponse = z
  .strictObject(
    described(
      { name: z.string(), group: z.string(), value: textOrNull, source: z.enum(['default', 'environment']) },
      {
        name: 'The environment variable.',
        group: 'The chapter of the documents.',
        value: 'Its text; `[secret]` in place of a secret, null when unset.',
        source: 'Where the value comes from.',
      },
    ),
  )
  .meta({ id: 'Setting' });
export const settingList = z
  .strictObject({
    data: z.array(settingResponse).describe('Every setting, in the order of the documents.'),
    next_cursor: z.null().describe('There is one page.'),
  })
  .meta({ id: 'SettingList' });

/** A periodic job with its last run. */
export const jobResponse = z
  .strictObject(
    described(
      {
        job: z.string(),
        condition: z.enum(['ok', 'failed', 'late', 'unknown', 'not_yet']),
        seconds: count.nullable(),
        where: z.enum(['once', 'everywhere']).nullable(),
        started_at: time.nullable(),
        finished_at: time.nullable(),
        error: textOrNull,
      },
      {
        job: 'Its name.',
        condition:
          'late: the last run began more than two intervals and a minute ago. unknown: the first run is in progress, or runs are not recorded, as of jobs of every process. not_yet: it never ran.',
        seconds: 'The interval.',
        where:
          'Whether one process of the installation runs it in each interval, or every process; null for a job of another release.',
        started_at:
          'The beginning of the interval of the last run; null when there was none, or runs are not recorded.',
        finished_at: 'When the last run ended.',
        error: 'Why the last run failed.',
      },
    ),
  )
  .meta({ id: 'Job' });
export const jobPage = page(jobResponse).meta({ id: 'JobPage' });

/** A message that waits to be delivered, or that was given up; nothing of what it says. */
export const messageResponse = z
  .strictObject(
    described(
      {
        id,
        kind: z.string(),
        state: z.enum(['waiting', 'dead']),
        attempts: count,
        due_at: time,
        last_error: textOrNull,
        created_at: time,
        dead_at: time.nullable(),
      },
      {
        id: 'The key of the message; receivers see it.',
        kind: 'What it is, such as mail.',
        state: 'dead: every attempt failed.',
        attempts: 'How often it was tried.',
        due_at: 'When the next attempt may begin.',
        last_error: 'Why the last attempt failed.',
        created_at: 'When it was stored.',
        dead_at: 'When it was given up; it is kept for 30 days.',
      },
    ),
  )
  .meta({ id: 'OutboxMessage' }) satisfies z.ZodType<Json<SnakeKeys<MessageInfo>>>;
export const messagePage = page(messageResponse).meta({ id: 'OutboxMessagePage' });

/** The server as a whole. */
export const installationResponse = z
  .strictObject({
    issuer: z.url().describe('The origin that every URL is built from.'),
    version: z.string().describe('The version of Postern that answered.'),
    node: z.string().describe('Its version of Node.js.'),
    workers: count.describe('How many processes of a node answer requests.'),
    mail: z.enum(['smtp', 'development mailbox', 'off']).describe('Where mails go.'),
    schema: z
      .strictObject({
        postgres: z.string(),
        applied: count,
        latest: textOrNull,
        latest_at: time.nullable(),
        pending: z.array(z.string()),
      })
      .describe('The version of PostgreSQL, and the migrations of the schema.'),
    messages: z
      .strictObject({ waiting: count, dead: count, oldest_seconds: z.number() })
      .describe('Messages of the outbox; the age of the oldest one that waits.'),
    warnings: z
      .array(z.string())
      .describe('What to look at in the environment of the process that answered.'),
  })
  .meta({ id: 'Installation' });
