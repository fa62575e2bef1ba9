import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DocumentClient, fetchDocument } from '../../harness/admin/openapi.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ env: { REGISTRATION: 'token', SIGN_UP: 'invite' } });
});
afterAll(() => server.close());

test('a caller with fewer permissions is refused as documented', async () => {
  const document = await fetchDocument(server);
  const without = new DocumentClient(document, server.origin, 'nonsense');
  const { id } = await server.person();
  const weak = new DocumentClient(document, server.origin, await server.adminToken([]));
  const parameters = {
    org: 'default',
    project: 'default',
    id,
    account: id,
    member: id,
    invitation: id,
    mail: id,
    message: id,
    webhook: id,
    delivery: id,
    session: id,
    client: 'a-client',
    name: 'openid',
    type: 'a_type',
  };
  for (const [operation, { ...documented }] of weak.operations) {
    const body = documented.requestBody ? {} : undefined;
    expect((await without.call(operation, { parameters: inPath(documented.path), body })).status).toBe(401);
    if (documented['x-permission'] === undefined) continue;
    const { status } = await weak.call(operation, { parameters: inPath(documented.path), body });
    expect([operation, status]).toEqual([operation, 403]);
  }
  function inPath(path: string): Record<string, string> {
    return Object.fromEntries(Object.entries(parameters).filter(([name]) => path.includes(`{${name}}`)));
  }
});
