import type { ClientRow, ConsoleField, OptionOnPage } from '../../platform/page-models/console/clients.js';
import { GRANT_TYPES } from '../../registry/client-record/client-record.js';
import type { ConsolePage } from '../console/console-page.js';
import type { Visit } from '../console/visit.js';
import { CLIENT_KINDS } from './client-kinds.js';
import {
  CLIENTS,
  type ClientPageWire,
  clientPath,
  type ClientWire,
  dateOf,
  kindOf,
  usesSecrets,
  verifiedHostOf,
} from './client-wire.js';

const DAY_MS = 86_400_000;
const ROWS = '50';
const ANY: OptionOnPage = { value: '', text: 'Any' };
const optionsOf = (...words: readonly string[]) => [ANY, ...words.map((value) => ({ value, text: value }))];

/** The filters of the admin API; `unused` are days, and `deleted` is a choice between two lists. */
const FILTERS: readonly Pick<ConsoleField, 'name' | 'label' | 'control' | 'options'>[] = [
  { name: 'text', label: 'Name, client id or company', control: 'text', options: [] },
  {
    name: 'client_type',
    label: 'Client type',
    control: 'select',
    options: optionsOf('public', 'confidential'),
  },
  {
    name: 'kind',
    label: 'Kind',
    control: 'select',
    options: [
      ANY,
      ...CLIENT_KINDS.filter(({ key }) => key !== 'mcp').map(({ key, name }) => ({ value: key, text: name })),
    ],
  },
  { name: 'grant_type', label: 'Grant type', control: 'select', options: optionsOf(...GRANT_TYPES) },
  { name: 'visibility', label: 'Visibility', control: 'select', options: optionsOf('private', 'public') },
  {
    name: 'registration_type',
    label: 'Registration',
    control: 'select',
    options: optionsOf('manual', 'dynamic'),
  },
  {
    name: 'unused',
    label: 'Not used for',
    control: 'select',
    options: [ANY, ...['30', '90', '365'].map((value) => ({ value, text: `${value} days` }))],
  },
  {
    name: 'deleted',
    label: 'State',
    control: 'select',
    options: [
      { value: '', text: 'Live' },
      { value: 'true', text: 'Deleted' },
    ],
  },
  {
    name: 'sort',
    label: 'Order',
    control: 'select',
    options: [
      { value: '', text: 'Newest first' },
      { value: 'last_used', text: 'Last used first' },
    ],
  },
];

/** The list of a project's clients. */
export const clientListPages: readonly ConsolePage[] = [
  { method: 'get', path: CLIENTS, operation: 'listClients', answer: showList },
];

async function showList(visit: Visit): Promise<void> {
  const given = new Map(
    FILTERS.flatMap(({ name }): [string, string][] => {
      const value = visit.query.get(name)?.trim() ?? '';
      return value === '' ? [] : [[name, value]];
    }),
  );
  const cursor = visit.query.get('cursor') ?? '';
  const query = { page_limit: ROWS, ...apiQuery(given), ...(cursor === '' ? {} : { cursor }) };
  const { body } = await visit.call<ClientPageWire>('listClients', { query });
  const listHref = `${visit.home}/clients`;
  const hrefWith = (more: Record<string, string>) => {
    const search = new URLSearchParams([...given, ...Object.entries(more)]).toString();
    return search === '' ? listHref : `${listHref}?${search}`;
  };
  visit.show(
    'console/clients',
    { section: 'clients', crumbs: [{ label: 'Clients', href: listHref }] },
    {
      filters: FILTERS.map((filter) => ({
        ...filter,
        help: '',
        value: given.get(filter.name) ?? '',
        values: [],
      })),
      isFiltered: given.size > 0,
      rows: body.data.map((client) => rowOf(visit, client)),
      listHref,
      nextHref: body.next_cursor === null ? undefined : hrefWith({ cursor: body.next_cursor }),
      firstHref: cursor === '' ? undefined : hrefWith({}),
      newHref: visit.canCall('createClient') ? `${listHref}/new` : undefined,
      curl: visit.curl('listClients', { query }),
    },
  );
}

function apiQuery(given: ReadonlyMap<string, string>): Record<string, string> {
  const { unused, ...rest } = Object.fromEntries(given);
  if (unused === undefined || !/^[1-9]\d{0,3}$/.test(unused)) return rest;
  const since = new Date(Date.now() - Number(unused) * DAY_MS);
  since.setUTCHours(0, 0, 0, 0);
  return { ...rest, unused_since: since.toISOString() };
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
    secrets: usesSecrets(client) ? client.secrets.length : undefined,
    deletedAt: dateOf(client.deleted_at),
  };
}
