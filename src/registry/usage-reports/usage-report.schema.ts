import { z } from 'zod';
import { clientResponse } from '../client-record/client-response.schema.js';
import type { SnakeKeys } from '../../platform/wire/snake-case.js';
import { count, time } from '../../platform/wire/response-shapes.js';
import type { Json } from '../../platform/wire/json.js';
import type { UsageReport, UsageSummary } from './usage-reports.service.js';

const day = z.iso.date();
const counts = z.record(z.string(), count);
const figures = {
  authorizations: count.describe('Times that a person authorized the client.'),
  tokens: counts.describe('Answers of the token endpoint by grant type; a refresh is none of them.'),
  refreshes: count.describe('Uses of refresh tokens.'),
  failures: counts.describe('Errors by code.'),
  people: count.describe('People, each counted once.'),
};

/** What a span of days came to. */
export const usageSummary = z.strictObject({
  from: day.describe('The first day, in UTC.'),
  to: day.describe('The last day, in UTC.'),
  last_used_at: time.nullable().describe('The last use, whenever it was.'),
  total: z.strictObject(figures),
}) satisfies z.ZodType<Json<SnakeKeys<UsageSummary>>>;

/** A usage report, ready to plot: every day is there, and each has the same grant types and error codes. */
export const usageReport = usageSummary
  .extend({
    days: z.array(z.strictObject({ day, ...figures })),
  })
  .meta({ id: 'UsageReport' }) satisfies z.ZodType<Json<SnakeKeys<UsageReport>>>;

/** A client with what it was used for in the last 30 days. */
export const clientDetailsResponse = clientResponse
  .extend({ usage: usageSummary })
  .meta({ id: 'ClientDetails' });
