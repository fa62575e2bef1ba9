import type * as z from 'zod';
import type { ClientHead } from '../../platform/console-page-models/clients.js';
import type { clientDetailsResponse } from '../../registry/usage-reports/usage-report.schema.js';
import type { clientPage, clientResponse } from '../../registry/client-record/client-response.schema.js';
import { DEVICE_CODE } from '../../registry/client-record/client-record.js';
import { PROJECT_PAGES } from '../console/console-paths.js';
import type { Visit } from '../console/visit.js';
import { dateOf } from '../console-records/list-parts.js';

/** A client as the admin API shows it. */
export type ClientWire = z.infer<typeof clientResponse>;
export type ClientDetails = z.infer<typeof clientDetailsResponse>;
export type ClientPageWire = z.infer<typeof clientPage>;

/** The paths of pages about clients, as the router writes them. */
export const CLIENTS = `${PROJECT_PAGES}/clients`;
export const CLIENT = `${CLIENTS}/:id`;

/** The path of a client's pages. */
export function clientPath(visit: Visit, id: string): string {
  return `${visit.home}/clients/${id}`;
}

/** What kind of application the client is, as far as its settings tell. */
export function kindOf(client: ClientWire): string {
  if (client.grant_types.some((grant) => grant === DEVICE_CODE)) return 'Device';
  if (client.grant_types.length > 0 && client.grant_types.every((grant) => grant === 'client_credentials'))
    return 'Machine';
  if (client.application_type === 'native') return 'Native';
  return client.client_type === 'public' ? 'Single page' : 'Web server';
}

/** The host that was verified to be the publisher's. */
export function verifiedHostOf({ client_uri, client_uri_verification }: ClientWire): string | undefined {
  if (client_uri === null || client_uri_verification?.status !== 'verified') return undefined;
  return URL.parse(client_uri)?.hostname;
}

/** The pages about one client, in the order of their tabs. */
const TABS = [
  ['settings', 'Settings', '', 'clients.read'],
  ['secrets', 'Secrets', '/secrets', 'clients.read'],
  ['connect', 'Connect', '/connect', 'clients.read'],
  ['publish', 'Publish', '/publish', 'clients.read'],
  ['usage', 'Usage', '/usage', 'clients.read'],
  ['people', 'People', '/people', 'clients.read'],
  ['audit', 'Audit', '/audit', 'audit.read'],
] as const;
export type ClientTab = (typeof TABS)[number][0];

/** What every page about the client shows of it. */
export function clientHead(visit: Visit, client: ClientWire, tab: ClientTab): ClientHead {
  const path = clientPath(visit, client.id);
  return {
    clientName: client.client_name,
    clientId: client.client_id,
    kind: kindOf(client),
    clientType: client.client_type,
    isPublic: client.visibility === 'public',
    verifiedHost: verifiedHostOf(client),
    lastUsedAt: dateOf(client.last_used_at),
    deletedAt: dateOf(client.deleted_at),
    tabs: TABS.filter(([, , , permission]) => visit.can(permission, 'project')).map(
      ([key, label, below]) => ({
        label,
        href: path + below,
        isCurrent: key === tab,
      }),
    ),
  };
}

/** The way to a page about the client. */
export function clientCrumbs(visit: Visit, client: ClientWire, ...more: string[]) {
  const path = clientPath(visit, client.id);
  return [
    { label: 'Clients', href: `${visit.home}/clients` },
    { label: client.client_name, href: path },
    ...more.map((label) => ({ label, href: path })),
  ];
}
