import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { appoint } from '../../harness/admin/admin-caller.js';
import { eventually } from '../../harness/common/eventually.js';
import { ageDeletion, auditTrail } from '../../harness/database/database-probe.js';
import { RemovedClients } from '../../harness/admin/removed-clients.js';
import type { TestServer } from '../../harness/nodes/test-server.js';
import { obtainCode } from '../../harness/protocol/codes.js';
import { authorizationRequest, obtainTokens, relyingParty } from '../../harness/protocol/relying-party.js';
import { basic, postForm } from '../../harness/protocol/wire.js';

let clients: RemovedClients;
let server: TestServer;
let other: TestServer;
let person: { id: string; email: string; password: string };
beforeAll(async () => {
  clients = await RemovedClients.create();
  ({ server, other } = clients);
  person = await server.person();
});
afterAll(() => clients.close());

async function listed(query: string): Promise<unknown[]> {
  const { data } = (await (await server.admin('GET', query)).json()) as { data: { id: string }[] };
  return data.map(({ id }) => id);
}

describe('a deleted client', () => {
  test('is listed and shown with the time of its deletion, and can only be restored', async () => {
    const client = await server.register();
    await clients.remove(client);
    expect(await listed('?deleted=true')).toContain(client.id);
    expect(await listed('?deleted=false')).not.toContain(client.id);
    expect(await listed('')).not.toContain(client.id);
    const shown = await server.admin('GET', `/${client.id}`);
    const { deleted_at } = (await shown.json()) as { deleted_at: string };
    expect(Math.abs(Date.now() - Date.parse(deleted_at))).toBeLessThan(60_000);
    const changes = [
      server.admin('PATCH', `/${client.id}`, { client_name: 'Changed' }),
      server.admin('DELETE', `/${client.id}`),
      server.admin('POST', `/${client.id}/rotate_secret`),
    ];
    expect((await Promise.all(changes)).map(({ status }) => status)).toEqual([404, 404, 404]);
  });

  test('comes back with its settings and its secret, and the trail says so', async () => {
    const client = await server.register({ client_name: 'Phoenix' });
    await clients.remove(client);
    expect(await clients.restore(client)).toMatchObject({
      id: client.id,
      client_name: 'Phoenix',
      deleted_at: null,
    });
    expect(await listed('')).toContain(client.id);
    const tokens = await obtainTokens(await relyingParty(server, client), person);
    expect(tokens.claims()).toMatchObject({ sub: person.id });
    const trail = (await auditTrail(server, client.id)).map(({ action }) => action);
    expect(trail).toEqual(['client.created', 'client.deleted', 'client.restored']);
  });

  test('is restored with the right version, scope and project only', async () => {
    const client = await server.register();
    await clients.remove(client);
    const path = `/${client.id}/restore`;
    const token = await server.adminToken(['clients.read']);
    const refused = [
      await server.admin('POST', path, undefined, { 'if-match': '"1"' }),
      await server.admin('POST', path, undefined, { authorization: `Bearer ${token}` }),
      await server.admin('POST', '/6f1c7d4e-0000-4000-8000-000000000000/restore'),
      await server.admin('POST', `/${clients.witness.id}/restore`),
    ];
    expect(refused.map(({ status }) => status)).toEqual([412, 403, 404, 409]);
    const answer = await server.admin('POST', path, undefined, { 'if-match': '"2"' });
    expect([answer.status, answer.headers.get('etag')]).toEqual([200, '"3"']);
  });

  test('of more than 30 days ago stays deleted', async () => {
    const client = await server.register();
    await clients.remove(client);
    await ageDeletion(server, client.id, 31);
    expect((await server.admin('POST', `/${client.id}/restore`)).status).toBe(409);
    await ageDeletion(server, client.id, 29);
    await clients.restore(client);
  });
});

describe('what was issued before', () => {
  test('stays dead on every node: access and refresh tokens, codes, and the consent in the session', async () => {
    const client = await server.register();
    const config = await relyingParty(server, client);
    const agent = new UserAgent();
    const tokens = await obtainTokens(config, person, {}, agent);
    const { form } = await obtainCode(config, person, {}, agent);
    await clients.remove(client);
    await clients.restore(client);
    for (const node of [server, other]) {
      for (const token of [tokens.access_token, tokens.refresh_token])
        expect(await clients.introspect(token, node)).toEqual({ active: false });
      const headers = { authorization: `Bearer ${tokens.access_token}` };
      expect((await fetch(`${node.origin}/oauth2/userinfo`, { headers })).status).toBe(401);
      const refresh = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token as string };
      for (const fields of [refresh, form]) {
        const answer = await postForm(`${node.origin}/oauth2/token`, fields, basic(client));
        expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
      }
    }
    const silent = await authorizationRequest(config, { scope: 'openid', prompt: 'none' });
    const page = await agent.open(silent.url.href, {}, silent.redirectUri);
    expect(new URL(page.url).searchParams.get('error')).toBe('consent_required');
    const fresh = await obtainTokens(config, person, {}, agent);
    expect(await clients.introspect(fresh.access_token)).toMatchObject({ active: true });
  });

  test('for our own API is refused although it is a JWT, and one of later is good', async () => {
    const client = await clients.machine(['clients.read']);
    await appoint(server, client, 'viewer');
    const admin = { resource: `${server.issuer}/admin`, scope: 'clients.read' };
    const call = async (token: unknown) => {
      const headers = { authorization: `Bearer ${token as string}` };
      return (await server.admin('GET', '', undefined, headers)).status;
    };
    const ask = async () => (await clients.askToken(client, server, admin)).body['access_token'];
    const before = await ask();
    expect(await call(before)).toBe(200);
    await clients.remove(client);
    expect(await call(before)).toBe(401);
    await clients.restore(client);
    expect(await call(before)).toBe(401);
    // Tokens count whole seconds, and one of the second of the restore counts as older.
    await eventually(async () => (await call(await ask())) === 200, 5_000);
  });
});
