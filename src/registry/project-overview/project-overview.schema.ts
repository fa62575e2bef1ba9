import * as z from 'zod';
import type { Json } from '../../platform/wire/json.js';
import { count, id, time } from '../../platform/wire/response-shapes.js';
import { toSnake } from '../../platform/wire/snake-case.js';
import { failureFields } from '../client-failures/client-failure.schema.js';
import { hourlyReport, hourlyWire, usageReport } from '../usage-reports/usage-report.schema.js';
import type { ProjectOverview } from './project-overview.service.js';

const withClient = <T extends { client: { id: string; clientName: string } }>({ client, ...rest }: T) => ({
  client: toSnake(client),
  ...toSnake(rest),
});

/** An overview as the wire spells it. */
export function overviewWire(overview: ProjectOverview) {
  const { total, days, hours, failures, secrets, verifications, keys, nodes, ...rest } = overview;
  return {
    ...toSnake(rest),
    total: toSnake(total),
    days: days.map((day) => toSnake(day)),
    ...hourlyWire({ hours }),
    failures: failures.map(withClient),
    secrets: secrets.map(withClient),
    verifications: verifications.map(withClient),
    keys: keys.map((key) => toSnake(key)),
    nodes: nodes?.map((node) => toSnake(node)) ?? null,
  };
}

const client = z.strictObject({ id, client_name: z.string() });
const { from, to, total, days } = usageReport.shape;

/** What operators of a project want to know first. */
export const projectOverview = z
  .strictObject({
    from,
    to,
    total: total.describe('What the 30 days came to.'),
    days: days.describe('The last 30 days in UTC.'),
    hours: hourlyReport.shape.hours,
    failures: z
      .array(z.strictObject({ client, ...failureFields }))
      .describe('The newest failures of 30 days, one for each client and code, at most 8.'),
    secrets: z
      .array(z.strictObject({ client, hint: z.string(), created_at: time, last_used_at: time.nullable() }))
      .describe('Secrets older than a year, or not used for 90 days; the oldest first, at most 8.'),
    verifications: z
      .array(z.strictObject({ client, host: z.string(), status: z.string(), started_at: time }))
      .describe('Verifications of publishers that are open or failed, at most 8.'),
    clients: count.describe('Clients that are not deleted; see is_counted.'),
    unused_clients: count.describe('Those that were not used for 90 days.'),
    is_counted: z.boolean().describe('False when there are more than 1,000 clients, which are not counted.'),
    keys: z
      .array(z.strictObject({ alg: z.string(), created_at: time }))
      .describe('The keys that sign tokens now, of the whole installation.'),
    nodes: z
      .array(
        z.strictObject({
          name: z.string(),
          processes: count,
          versions: z.array(z.string()),
          started_at: time,
          seen_at: time,
          requests: count,
          p50_ms: z.number().nullable(),
          p95_ms: z.number().nullable(),
        }),
      )
      .nullable()
      .describe(
        'The nodes of the installation with the requests of their last five minutes, and what half and 95 % of these took at most; null without installation.read.',
      ),
    expiring_tokens: count.describe(
      'Initial access tokens that expire within 7 days and were made for longer.',
    ),
  })
  .meta({ id: 'ProjectOverview' }) satisfies z.ZodType<Json<ReturnType<typeof overviewWire>>>;
