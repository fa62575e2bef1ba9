import { callAdmin } from './admin-caller.js';
import type { RegisteredClient, TestServer } from '../nodes/test-server.js';
import { basic, postForm, type WireAnswer } from '../protocol/wire.js';

export const PROJECT = '/orgs/default/projects/default';

/** What happened in a time, as the admin API says it. */
export interface Figures {
  authorizations: number;
  unprotected_codes: number;
  tokens: Record<string, number>;
  refreshes: number;
  failures: Record<string, number>;
  people: number;
}

/** A usage report, as the admin API says it. */
export interface Report {
  from: string;
  to: string;
  last_used_at: string | null;
  total: Figures;
  days: (Figures & { day: string })[];
}

/** Figures that are all zero but for these. */
export function figures(other: Partial<Figures> = {}): Figures {
  return {
    authorizations: 0,
    unprotected_codes: 0,
    tokens: {},
    refreshes: 0,
    failures: {},
    people: 0,
    ...other,
  };
}

/** The report of a client, as it stands in the database. */
export async function reportOf(
  server: TestServer,
  client: RegisteredClient,
  query: Record<string, string> = {},
): Promise<Report> {
  const path = `${PROJECT}/oauth_clients/${client.id}/usage?${new URLSearchParams(query).toString()}`;
  const { status, body } = await callAdmin<Report>(server, 'GET', path);
  if (status !== 200) throw new Error(`the report answered ${String(status)}: ${JSON.stringify(body)}`);
  return body;
}

/** Registers a client that acts for itself. */
export function registerMachine(server: TestServer): Promise<RegisteredClient> {
  const fields = { client_name: 'Machine', grant_types: ['client_credentials'], redirect_uris: [] };
  return server.register(fields);
}

/** A client-credentials request to this node. */
export function machineToken(
  server: TestServer,
  client: RegisteredClient,
  secret?: string,
): Promise<WireAnswer> {
  return postForm(
    `${server.origin}/oauth2/token`,
    { grant_type: 'client_credentials' },
    basic(client, secret),
  );
}
