import type { ClientRow, OptionOnPage } from '../../platform/console-page-models/clients.js';
import { GRANT_TYPES, REGISTRATION_TYPES } from '../../registry/client-record/client-record.js';
import { listPage } from '../console-records/list-page.js';
import type { Filter, ListState } from '../console-records/list-parts.js';
import type { ConsolePage } from '../console/console-page.js';
import type { Visit } from '../console/visit.js';
import { CLIENT_KINDS } from './client-kinds.js';
import {
  CLIENTS,
  type ClientPageWire,
  clientPath,
  type ClientWire,
  kindOf,
  verifiedHostOf,
} from './client-wire.js';
import { usesSecret } from '../../registry/client-record/client-record.js';
import { dateOf } from '../console-records/list-parts.js';

const DAY_MS = 86_400_000;
const ANY: OptionOnPage = { value: '', text: 'Any' };
const optionsOf = (...words: readonly string[]) => [ANY, ...words.map((value) => ({ value, text: value }))];

function days(...counts: readonly string[]): OptionOnPage[] {
  return [ANY, ...counts.map((value) => ({ value, text: `${value} days` }))];
}

/** The filters of the admin API; those of a time are days before now, and `deleted` is a choice between two lists. */
const FILTERS: readonly Filter[] = [
  { name: 'text', label: 'Name, client id or company' },
  {
    name: 'kind',
    label: 'Kind',
    options: [
      ANY,
      ...CLIENT_KINDS.filter(({ key }) => key !== 'mcp').map(({ key, name }) => ({ value: key, text: name })),
    ],
  },
  { name: 'visibility', label: 'Visibility', options: optionsOf('private', 'public') },
  {
    name: 'failing',
    label: 'Failures',
    options: [ANY, { value: '1', text: 'In 24 hours' }, { value: '7', text: 'In 7 days' }],
  },
  {
    name: 'deleted',
    label: 'State',
    options: [
      { value: '', text: 'Live' },
      { value: 'true', text: 'Deleted' },
    ],
  },
  {
    name: 'sort',
    label: 'Order',
    options: [
      { value: '', text: 'Newest first' },
      { value: 'last_used', text: 'Last used first' },
    ],
  },
  { name: 'client_type', label: 'Client type', options: optionsOf('public', 'confidential'), isRare: true },
  { name: 'grant_type', label: 'Grant type', options: optionsOf(...GRANT_TYPES), isRare: true },
  {
    name: 'registration_type',
    label: 'Registration',
    options: optionsOf(...REGISTRATION_TYPES),
    isRare: true,
  },
  { name: 'unused', label: 'Not used for', options: days('30', '90', '365'), isRare: true },
  { name: 'failed_on', label: 'Failures on', control: 'date', isRare: true },
  { name: 'old_secret', label: 'Secret older than', options: days('90', '180', '365'), isRare: true },
  {
    name: 'unprotected',
    label: 'Codes without PKCE',
    options: [ANY, { value: '7', text: 'In 7 days' }, { value: '30', text: 'In 30 days' }],
    isRare: true,
  },
];

/** The list of a project's clients. */
export const clientListPages: readonly ConsolePage[] = [
  listPage({ path: CLIENTS, operation: 'listClients', filters: FILTERS, toQuery: apiQuery, show: showList }),
];

function showList(visit: Visit, body: ClientPageWire, state: ListState): void {
  const { listHref } = state;
  visit.show(
    'console/clients',
    { section: 'clients', crumbs: [{ label: 'Clients', href: listHref }] },
    {
      ...state,
      rows: body.data.map((client) => rowOf(visit, client)),
      nextHref: state.nextHref(body.next_cursor),
      newHref: visit.canCall('createClient') ? `${listHref}/new` : undefined,
      curl: visit.curl('listClients', { query: state.query }),
    },
  );
}

/** The filters that are days before now, with the parameters that they are. */
const AGES = new Map([
  ['unused', 'unused_since'],
  ['failing', 'failing_since'],
  ['old_secret', 'secret_created_before'],
  ['unprotected', 'unprotected_since'],
]);

function apiQuery(given: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]): [string, string] => {
      const parameter = AGES.get(name);
      if (parameter === undefined || !/^[1-9]\d{0,3}$/.test(value)) return [name, value];
      const since = new Date(Date.now() - Number(value) * DAY_MS);
      // The same list for all its pages: whole days, and for failures whole hours.
      if (name === 'failing') since.setUTCMinutes(0, 0, 0);
      else since.setUTCHours(0, 0, 0, 0);
      return [parameter, since.toISOString()];
    }),
  );
}

function rowOf(visit: Visit, client: ClientWire): ClientRow {
  const verification = client.client_uri_verification?.status;
  return {
    href: clientPath(visit, client.id),
    clientName: client.client_name,
    clientId: client.client_id,
    kind: kindOf(client),
    visibility: client.visibility,
    verifiedHost: verifiedHostOf(client),
    verification: verification === 'verified' ? undefined : verification?.replace('_', ' '),
    lastUsedAt: dateOf(client.last_used_at),
    secrets: usesSecret(client.token_endpoint_auth_method) ? client.secrets.length : undefined,
    deletedAt: dateOf(client.deleted_at),
  };
}
