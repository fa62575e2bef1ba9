import type * as z from 'zod';
import type { CellOnPage, TableOnPage } from '../../platform/console-page-models/records.js';
import type { deliveryPage, webhookResponse } from '../../tenancy/webhooks/webhook.schema.js';
import { AUDIT_ACTIONS } from '../../tenancy/audit/audit-actions.js';
import { dateOf } from '../console-records/list-parts.js';
import type { RecordField } from '../console-records/record-fields.js';
import { CONSOLE, ORGANIZATION_PAGES, PROJECT_PAGES } from '../console/console-paths.js';
import type { Visit } from '../console/visit.js';

/** A webhook as the admin API shows it. */
export type WebhookWire = z.infer<typeof webhookResponse>;
export type Deliveries = z.infer<typeof deliveryPage>['data'];

/** Where a webhook belongs: the installation, an organization or a project. */
export interface WebhookLevel {
  /** As the operations of the admin API are called. */
  name: 'Installation' | 'Organization' | 'Project';
  /** The path of the level's pages, as the router writes it. */
  base: string;
  /** The entry of the navigation. */
  section: string;
}

/** The three levels. */
export const WEBHOOK_LEVELS: readonly WebhookLevel[] = [
  { name: 'Installation', base: CONSOLE, section: 'installation-webhooks' },
  { name: 'Organization', base: ORGANIZATION_PAGES, section: 'organization-webhooks' },
  { name: 'Project', base: PROJECT_PAGES, section: 'project-webhooks' },
];

/** The path of the list of webhooks. */
export const webhooksPath = (visit: Visit) => `${visit.home}/webhooks`;
/** The path of the pages of one webhook. */
export const webhookPath = (visit: Visit) => `${webhooksPath(visit)}/${visit.param('webhook')}`;

/** The way to a page about webhooks. */
export function webhookCrumbs(visit: Visit, ...more: { label: string; href: string }[]) {
  return [{ label: 'Webhooks', href: webhooksPath(visit) }, ...more];
}

/** The host of a receiver. */
export function hostOf({ url }: Pick<WebhookWire, 'url'>): string {
  return URL.parse(url)?.host ?? url;
}

/** The events of a webhook, of more than `most` only the first. */
export function eventsCell({ events }: Pick<WebhookWire, 'events'>, most = Infinity): CellOnPage {
  if (events.length === 0) return { text: 'All' };
  const more = events.length - most;
  return { codes: events.slice(0, most), detail: more > 0 ? `and ${String(more)} more` : undefined };
}

/** Actions that belong to no organization. */
const OF_INSTALLATION = /^(account|key|message)\./;

/** What of a webhook of this level can be set. */
export const webhookFields = ({ name }: WebhookLevel): readonly RecordField[] => [
  {
    name: 'url',
    label: 'URL',
    help: 'Where events are sent by POST: https, at a public address.',
    control: 'url',
    isRequired: true,
  },
  {
    name: 'events',
    label: 'Events',
    help: 'Actions of the audit trail. None ticked means all.',
    control: 'ticks',
    options: AUDIT_ACTIONS.filter(([action]) => name === 'Installation' || !OF_INSTALLATION.test(action)).map(
      ([value, text]) => ({ value, text }),
    ),
  },
];
/** What of one that exists can be set as well. */
export const ENABLED_FIELD: RecordField = {
  name: 'enabled',
  label: 'State',
  help: 'What waits when it is turned off is still sent.',
  control: 'select',
  isFlag: true,
  options: [
    { value: 'true', text: 'true: gets events' },
    { value: 'false', text: 'false: turned off' },
  ],
};

const STATUS = {
  waiting: { kind: 'plain', text: 'Waiting' },
  delivered: { kind: 'good', text: 'Delivered' },
  failed: { kind: 'problem', text: 'Given up' },
} as const;

/** The table of what was sent; what was given up can be sent again by those who may. */
export function deliveryTable(data: Deliveries, path: string, mayChange: boolean): TableOnPage {
  return {
    caption: 'Messages, newest first',
    columns: [
      { label: 'Event' },
      { label: 'State' },
      { label: 'Attempts', isNumber: true },
      { label: 'When' },
      ...(mayChange ? [{ label: '' }] : []),
    ],
    rows: data.map(({ attempts, created_at, event, id, last_error, status }) => [
      { text: event, detail: id },
      { badges: [STATUS[status]], detail: last_error ?? undefined },
      { text: String(attempts) },
      { at: dateOf(created_at) },
      ...(mayChange
        ? [
            {
              actions:
                status === 'failed'
                  ? [{ text: 'Send again', about: id, action: `${path}/deliveries/${id}/redeliver` }]
                  : [],
            },
          ]
        : []),
    ]),
  };
}
