import type { SavedMeanwhile } from '../../platform/console-page-models/records.js';
import type { Visit } from '../console/visit.js';
import { actorOf, type EventPageWire } from './event-wire.js';

/** The events that are searched: saves of a record while a form of it was open. */
const EVENTS = '20';

/**
 * Who saved one of these fields of a record last, and when, by the audit trail that the operation lists. Where the person
 * may not read that, it is told when alone.
 */
export async function savedMeanwhile(
  visit: Visit,
  operation: string,
  record: { key: string; updatedAt: Date },
  fields: readonly string[],
): Promise<SavedMeanwhile> {
  const unknown = { at: record.updatedAt, by: undefined };
  if (!visit.canCall(operation)) return unknown;
  const query = { target_id: record.key, page_limit: EVENTS };
  const { data } = (await visit.call<EventPageWire>(operation, { query })).body;
  const event = data.find(({ changed_fields: changed }) => changed.some((name) => fields.includes(name)));
  if (!event) return unknown;
  const by = actorOf(visit, event);
  // The name of a client is free text.
  return { at: new Date(event.occurred_at), by: by.key.startsWith('account:') ? by : { ...by, name: null } };
}
