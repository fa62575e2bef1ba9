import type { Role } from '../../src/tenancy/access/permissions.js';
import { type RegisteredClient, type TestServer } from './test-server.js';

/** Gives the client's own tokens a role in the default project, as an operator would. */
export async function appoint(server: TestServer, client: RegisteredClient, role: Role): Promise<void> {
  const answer = await fetch(`${server.origin}/admin/v1/orgs/default/projects/default/members`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await server.adminToken()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ subject: `client:${client.client_id}`, role }),
  });
  if (answer.status !== 201)
    throw new Error(`appointing answered ${String(answer.status)}: ${await answer.text()}`);
}
