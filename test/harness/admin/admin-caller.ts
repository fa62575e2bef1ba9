import { ADMIN_SCOPES, type Role } from '../../../src/tenancy/access/permissions.js';
import { issueAdminToken } from '../../../src/tenancy/admin-tokens/issue-admin-token.js';
import { adminAudience } from '../../../src/tenancy/admin-tokens/admin-audience.js';
import type { RegisteredClient, TestServer } from '../nodes/test-server.js';

/** An answer of the admin API. */
export interface AdminAnswer<T = Record<string, unknown>> {
  status: number;
  headers: Headers;
  body: T;
}

/**
 * How a call is made: by default with a token of the test server's operator and every scope; a server process needs
 * `token`.
 */
export interface AdminOptions {
  token?: string;
  /** Scopes of the operator's token. */
  scopes?: readonly string[];
  headers?: Record<string, string>;
}

/** Calls the admin API as one caller; `path` is below /admin/v1. */
export type AdminCaller = (method: string, path: string, body?: unknown) => Promise<AdminAnswer>;

/** Calls any path below /admin/v1. A body is sent as JSON. */
export async function callAdmin<T = Record<string, unknown>>(
  server: Pick<TestServer, 'origin'> & Partial<Pick<TestServer, 'adminToken'>>,
  method: string,
  path: string,
  body?: unknown,
  { token, scopes, headers }: AdminOptions = {},
): Promise<AdminAnswer<T>> {
  const answer = await fetch(`${server.origin}/admin/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token ?? (await server.adminToken?.(scopes)) ?? ''}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: (text === '' ? {} : JSON.parse(text)) as T };
}

/** The caller with this token. */
export function bearer(server: TestServer, token: string): AdminCaller {
  return (method, path, body) => callAdmin(server, method, path, body, { token });
}

/** An owner of the installation, with every scope. */
export async function operator(server: TestServer): Promise<AdminCaller> {
  return bearer(server, await server.adminToken());
}

/** A person with the admin token that the command line makes. */
export async function personCaller(
  server: TestServer,
  accountId: string,
  scopes: readonly string[] = ADMIN_SCOPES,
): Promise<AdminCaller> {
  const { issuer } = server;
  const audience = adminAudience(issuer);
  const request = { issuer, audience, subject: accountId, scopes, lifetime: 600 };
  return bearer(server, await issueAdminToken(server.context.keys, request));
}

/** A new person with a role in this tenant, such as `/orgs/default`; without `role`, with none. */
export async function withRole(server: TestServer, tenant: string, role?: string): Promise<AdminCaller> {
  const { id } = await server.person();
  if (role !== undefined) {
    const root = await operator(server);
    const added = await root('POST', `${tenant}/members`, { subject: `account:${id}`, role });
    if (added.status !== 201) throw new Error(`adding a member answered ${String(added.status)}`);
  }
  return personCaller(server, id);
}

/** Makes an organization with a project of the same slug; the path of each. */
export async function newOrganization(server: TestServer, slug: string, fields: object = {}) {
  const root = await operator(server);
  for (const [path, more] of [
    ['/orgs', fields],
    [`/orgs/${slug}/projects`, {}],
  ] as const) {
    const made = await root('POST', path, { slug, name: `The ${slug}`, ...more });
    if (made.status !== 201) throw new Error(`${path} answered ${String(made.status)}`);
  }
  return { org: `/orgs/${slug}`, project: `/orgs/${slug}/projects/${slug}` };
}

/** Gives the client's own tokens a role in the default project. */
export async function appoint(server: TestServer, client: RegisteredClient, role: Role): Promise<void> {
  const member = { subject: `client:${client.client_id}`, role };
  const { status, body } = await callAdmin(server, 'POST', '/orgs/default/projects/default/members', member);
  if (status !== 201) throw new Error(`adding a member answered ${String(status)}: ${JSON.stringify(body)}`);
}
