import { expect, test } from '@jest/globals';
import { decodeProtectedHeader } from 'jose';
import { figures, reportOf } from '../../harness/admin/usage.js';
import { basic, postForm } from '../../harness/protocol/wire.js';
import { clientTokensFixture, ENGINE, MACHINE } from './client-tokens-fixture.js';

const { server, client, ask } = await clientTokensFixture();

test('a method that the client is not registered for is refused with a known secret', async () => {
  const posting = await server.register({ ...MACHINE, token_endpoint_auth_method: 'client_secret_post' });
  const { client_id: clientId, client_secret: secret } = posting;
  expect(
    (
      await ask(
        [
          ['client_id', clientId],
          ['client_secret', secret],
        ],
        {},
      )
    ).status,
  ).toBe(200);
  expect(await ask([], basic(posting))).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
});

test('what is taken from the client is gone with the next request', async () => {
  const machine = await server.register({ ...MACHINE, scopes: ['read', 'write'] });
  expect((await ask([['scope', 'read']], basic(machine))).status).toBe(200);
  await server.admin('PATCH', `/${machine.id}`, { scopes: ['write'] });
  expect(await ask([['scope', 'read']], basic(machine))).toMatchObject({ body: { error: 'invalid_scope' } });
  await server.admin('PATCH', `/${machine.id}`, { dpop_bound_access_tokens: true });
  expect(await ask([], basic(machine))).toMatchObject({ status: 400 });
  await server.admin('DELETE', `/${machine.id}`);
  expect(await ask([], basic(machine))).toMatchObject({ status: 401 });
});

test('tokens are counted, and end with the client', async () => {
  const machine = await server.register({ ...MACHINE, scopes: ['read'] });
  const tokens = [];
  for (let index = 0; index < 3; index++) tokens.push((await ask([], basic(machine))).body['access_token']);
  await server.context.usage.flush();
  expect((await reportOf(server, machine)).total).toEqual(figures({ tokens: { client_credentials: 3 } }));
  const [token] = tokens as [string];
  const introspect = () => postForm(`${server.origin}/oauth2/introspect`, { token }, basic(machine));
  expect((await introspect()).body).toMatchObject({ active: true });
  await server.admin('DELETE', `/${machine.id}`);
  await server.admin('POST', `/${machine.id}/restore`);
  expect((await introspect()).body).toEqual({ active: false });
});

test('tokens are signed with the key that signs since a rotation, and for the scopes that the API has', async () => {
  const kid = async (fields: [string, string][]) =>
    decodeProtectedHeader(String((await ask(fields, basic(client))).body['access_token'])).kid;
  const before = await kid([['scope', 'jwt.read']]);
  await server.context.keys.rotate();
  await server.engine.refresh();
  const after = await kid([['scope', 'jwt.read']]);
  expect(after).not.toBe(before);
  expect(after).toBe(await kid([['scope', 'jwt.read'], ENGINE]));
});

test('a form with a scope too long for any is the engine’s to refuse', async () => {
  const long = await ask([['scope', 'x'.repeat(5_000)]], basic(client));
  expect(long).toMatchObject({ status: 400, body: { error: 'invalid_scope' } });
});

test('the engine has no part in the answer to a plain request', async () => {
  const policy = async (fields: [string, string][]) =>
    (await ask(fields, basic(client))).headers.get('content-security-policy');
  const plain: [string, string][] = [['scope', 'read']];
  const ofApi: [string, string][] = [['scope', 'jwt.read']];
  for (const fields of [plain, ofApi])
    expect(await policy(fields)).not.toBe(await policy([...fields, ENGINE]));
});
