import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { UserAgent } from '../../../src/demo/user-agent.js';
import {
  authorizationRequest,
  obtainTokens,
  relyingParty,
  signIn,
} from '../../harness/protocol/relying-party.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let server: TestServer;
let person: { id: string; email: string; password: string };
beforeAll(async () => {
  server = await startTestServer();
  person = await server.person();
});
afterAll(() => server.close());

const SCOPES = ['openid', 'offline_access', 'profile', 'email'];

async function narrow({ id }: RegisteredClient): Promise<void> {
  const scopes = SCOPES.filter((scope) => scope !== 'profile');
  expect((await server.admin('PATCH', `/${id}`, { scopes })).status).toBe(200);
}

test.each([
  ['before the person has consented', false],
  ['when the person had consented to it earlier', true],
])('a scope that is taken away %s is not given by an interaction under way', async (_, earlier) => {
  const client = await server.register({ scopes: SCOPES });
  const config = await relyingParty(server, client);
  const agent = new UserAgent();
  if (earlier) await obtainTokens(config, person, {}, agent);
  const request = await authorizationRequest(config, { scope: SCOPES.join(' '), prompt: 'consent' });
  const page = await signIn(request, person, agent);
  await narrow(client);
  const stopAt = request.redirectUri;
  const end = await agent.submit(page, {}, { action: '/consent', stopAt });
  const back = new URL(end.url);
  expect([back.searchParams.get('error'), back.searchParams.get('code')]).toEqual(['invalid_scope', null]);
  const rest = { scope: 'openid offline_access email' };
  const { scope = '' } = await obtainTokens(config, person, rest, agent);
  expect(new Set(scope.split(' '))).toEqual(new Set(['openid', 'offline_access', 'email']));
});
