import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { obtainCode } from '../../harness/protocol/codes.js';
import {
  authorizationRequest,
  obtainTokens,
  relyingParty,
  signInAndAllow,
} from '../../harness/protocol/relying-party.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { basic, open, postForm } from '../../harness/protocol/wire.js';

const REFUSED = { status: 401, body: { error: 'invalid_client' } };

let server: TestServer;
let other: TestServer;
let person: { id: string; email: string; password: string };
let witness: RegisteredClient;
const agent = new UserAgent();
beforeAll(async () => {
  server = await startTestServer();
  other = await startTestServer({ nodeOf: server });
  person = await server.person();
  witness = await server.register();
});
afterAll(async () => {
  await other.close();
  await server.close();
});

async function remove(client: RegisteredClient): Promise<void> {
  expect((await server.admin('DELETE', `/${client.id}`)).status).toBe(204);
}

test('its tokens are dead at once, on every node', async () => {
  const client = await server.register();
  const tokens = await obtainTokens(await relyingParty(server, client), person, {}, agent);
  const introspect = async (token: unknown, node: TestServer): Promise<unknown> => {
    const fields = { token: token as string };
    return (await postForm(`${node.origin}/oauth2/introspect`, fields, basic(witness))).body;
  };
  expect(await introspect(tokens.access_token, other)).toMatchObject({ active: true });
  await remove(client);
  for (const node of [server, other]) {
    expect(await introspect(tokens.access_token, node)).toEqual({ active: false });
    expect(await introspect(tokens.refresh_token, node)).toEqual({ active: false });
    const headers = { authorization: `Bearer ${tokens.access_token}` };
    expect((await fetch(`${node.origin}/oauth2/userinfo`, { headers })).status).toBe(401);
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token as string };
    expect(await postForm(`${node.origin}/oauth2/token`, form, basic(client))).toMatchObject(REFUSED);
  }
});

test('it cannot redeem the code that it holds', async () => {
  const client = await server.register();
  const { form } = await obtainCode(await relyingParty(server, client), person, {}, agent);
  await remove(client);
  expect(await postForm(`${server.origin}/oauth2/token`, form, basic(client))).toMatchObject(REFUSED);
});

test('a secret that a node has verified before does not help it', async () => {
  const client = await server.register({ grant_types: ['client_credentials'], redirect_uris: [] });
  const ask = (node: TestServer) =>
    postForm(`${node.origin}/oauth2/token`, { grant_type: 'client_credentials' }, basic(client));
  const before = await Promise.all([ask(server), ask(other)]);
  expect(before.map(({ status }) => status)).toEqual([200, 200]);
  await remove(client);
  for (const node of [server, other]) expect(await ask(node)).toMatchObject(REFUSED);
  const token = before[0].body['access_token'] as string;
  const config = await relyingParty(server, witness);
  expect(await oidc.tokenIntrospection(config, token)).toEqual({ active: false });
});

test('a new sign-in shows a page and sends nobody anywhere', async () => {
  const client = await server.register();
  const { url } = await authorizationRequest(await relyingParty(server, client));
  await remove(client);
  const answer = await open(url);
  expect([answer.status, answer.location]).toEqual([400, undefined]);
  expect(answer.body).toContain('invalid_client');
});

test('a sign-in that is under way ends without a code', async () => {
  const client = await server.register();
  const request = await authorizationRequest(await relyingParty(server, client));
  const visitor = new UserAgent();
  const signIn = await visitor.open(request.url.href, {}, request.redirectUri);
  await remove(client);
  const fields = { email: person.email, password: person.password };
  const page = await visitor.submit(signIn, fields, { action: '/login', stopAt: request.redirectUri });
  expect(page.url).not.toContain('code=');
  expect(page.status).toBeGreaterThanOrEqual(400);
  expect(page.status).toBeLessThan(500);
});

test('the person stays signed in for other clients, whose tokens live on', async () => {
  const client = await server.register();
  const visitor = new UserAgent();
  const config = await relyingParty(server, witness);
  const kept = await obtainTokens(config, person, {}, visitor);
  await obtainTokens(await relyingParty(server, client), person, {}, visitor);
  await remove(client);
  expect(await oidc.tokenIntrospection(config, kept.access_token)).toMatchObject({ active: true });
  const again = await authorizationRequest(config, { scope: 'openid', prompt: 'none' });
  expect((await signInAndAllow(again, person, visitor)).searchParams.get('code')).toBeTruthy();
});
