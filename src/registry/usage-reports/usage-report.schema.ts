import * as z from 'zod';
import { clientResponse } from '../client-record/client-response.schema.js';
import { toSnake } from '../../platform/wire/snake-case.js';
import { count, time } from '../../platform/wire/response-shapes.js';
import type { Json } from '../../platform/wire/json.js';
import type { HourlyUsage, UsageReport, UsageSummary } from './usage-reports.service.js';

/** A summary as the wire spells it. */
export function summaryWire({ total, ...summary }: UsageSummary) {
  return { ...toSnake(summary), total: toSnake(total) };
}

/** A report as the wire spells it. */
export function reportWire({ days, ...summary }: UsageReport) {
  return { ...summaryWire(summary), days: days.map((day) => toSnake(day)) };
}

/** The last hours as the wire spells them. */
export function hourlyWire({ hours }: HourlyUsage) {
  return { hours: hours.map((hour) => toSnake(hour)) };
}

const day = z.iso.date();
const counts = z.record(z.string(), count);
const figures = {
  authorizations: count.describe('Times that a person authorized the client.'),
  unprotected_codes: count.describe(
    'Authorization codes of requests with neither a code challenge (PKCE) nor a nonce; see pkce_required.',
  ),
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
}) satisfies z.ZodType<Json<ReturnType<typeof summaryWire>>>;

/** A usage report, ready to plot: every day is there, and each has the same grant types and error codes. */
export const usageReport = usageSummary
  .extend({
    days: z.array(z.strictObject({ day, ...figures })),
  })
  .meta({ id: 'UsageReport' }) satisfies z.ZodType<Json<ReturnType<typeof reportWire>>>;

const { people: _people, ...byHour } = figures;

/** The last 48 hours, ready to plot. */
export const hourlyReport = z
  .strictObject({
    hours: z
      .array(z.strictObject({ hour: time.describe('The beginning of the hour.'), ...byHour }))
      .describe('The hours in UTC, the present one last; people are counted by day only.'),
  })
  .meta({ id: 'HourlyUsage' }) satisfies z.ZodType<Json<ReturnType<typeof hourlyWire>>>;

/** A client with what it was used for in the last 30 days. */
export const clientDetailsResponse = clientResponse
  .extend({ usage: usageSummary })
  .meta({ id: 'ClientDetails' });
