import type { EventOnPage } from '../../platform/console-page-models/audit.js';
import { auditWords } from '../../tenancy/audit/audit-actions.js';
import type { Visit } from '../console/visit.js';
import { actorOf, type EventWire, targetHref } from './event-wire.js';

/** Events as a page shows them; `only` is the page of those with this value of a filter. */
export function eventRows(
  visit: Visit,
  events: readonly EventWire[],
  only: (filter: 'actor' | 'action', value: string) => string,
): EventOnPage[] {
  return events.map((event) => ({
    at: new Date(event.occurred_at),
    actor: { ...actorOf(visit, event), href: only('actor', event.actor) },
    action: { label: auditWords(event.action), code: event.action, href: only('action', event.action) },
    target: {
      type: event.target_type.replaceAll('_', ' '),
      name: event.target_name,
      key: event.target_id,
      href: targetHref(visit, event),
    },
    application: event.client_id === null ? undefined : { name: event.client_name, key: event.client_id },
    changedFields: event.changed_fields,
    address: event.address,
    requestId: event.request_id,
  }));
}
