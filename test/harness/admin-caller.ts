import { ADMIN_SCOPES } from '../../src/tenancy/access/permissions.js';
import { issueAdminToken } from '../../src/tenancy/admin-tokens/issue-admin-token.js';
import { adminAudience } from '../../src/tenancy/admin-tokens/admin-audience.js';
import type { TestServer } from './test-server.js';

/** An answer of the admin API. */
export interface AdminAnswer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

/** Calls the admin API as one caller; `path` is below /admin/v1. */
export type AdminCaller = (method: string, path: string, body?: unknown) => Promise<AdminAnswer>;

/** Whoever bears this token. */
export function bearer(server: TestServer, token: string): AdminCaller {
  return async (method, path, body) => {
    const answer = await fetch(`${server.origin}/admin/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
    };
  };
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

/** Somebody new with a role at this place, such as `/orgs/default`; with none without a role. */
export async function withRole(server: TestServer, place: string, role?: string): Promise<AdminCaller> {
  const { id } = await server.person();
  if (role !== undefined) {
    const root = await operator(server);
    const added = await root('POST', `${place}/members`, { subject: `account:${id}`, role });
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
