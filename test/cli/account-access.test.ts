import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { UserAgent } from '../../src/demo/user-agent.js';
import { obtainTokens, relyingParty } from '../harness/protocol/relying-party.js';
import { silentAnswer } from '../harness/pages/sign-out.js';
import { killAll, runPostern } from '../harness/nodes/postern-process.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../harness/nodes/test-server.js';

let server: TestServer;
let client: RegisteredClient;
let config: oidc.Configuration;
beforeAll(async () => {
  server = await startTestServer();
  client = await server.register();
  config = await relyingParty(server, client);
});
afterAll(async () => {
  await killAll();
  await server.close();
});

/** The command line on the database of the running server. */
function shell(...args: string[]) {
  const { url, encryptionKey } = server.database;
  return runPostern(['account', ...args], { DATABASE_URL: url, ENCRYPTION_KEY: encryptionKey });
}

async function signedIn() {
  const person = await server.person();
  const agent = new UserAgent();
  const tokens = await obtainTokens(config, person, {}, agent);
  return { person, agent, tokens };
}

test('sessions are listed and ended', async () => {
  const { person, agent } = await signedIn();
  const listed = await shell('sessions', person.email, '--json');
  const [session] = listed.json()['data'] as Record<string, string>[];
  expect(session).toMatchObject({ amr: ['pwd'], client_ids: [client.client_id], user_agent: 'node' });
  expect((await shell('sessions', person.id)).stdout).toContain(String(session?.['id']));
  const other = await shell('end-sessions', person.email, '--session', 'not-a-session-of-theirs');
  expect(other.code).toBe(3);
  expect(await silentAnswer(config, agent)).toBe('code');
  expect((await shell('end-sessions', person.email, '--session', String(session?.['id']))).code).toBe(0);
  expect(await silentAnswer(config, agent)).toBe('login_required');
  expect((await shell('end-sessions', person.email)).stdout).toContain('signed out everywhere');
}, 60_000);

test('applications are listed and revoked', async () => {
  const { person, agent } = await signedIn();
  const listed = await shell('apps', person.email);
  expect(listed.stdout).toContain(client.client_id);
  expect(listed.stdout).toContain('offline_access');
  const { data } = (await shell('apps', person.email, '--json')).json();
  expect(data).toMatchObject([{ client_id: client.client_id, offline: true, resources: {} }]);
  expect((await shell('revoke-app', person.email, client.client_id)).code).toBe(0);
  expect((await shell('revoke-app', person.email, client.client_id)).code).toBe(3);
  expect(await silentAnswer(config, agent)).toBe('consent_required');
}, 60_000);

test('all access is ended at once', async () => {
  const { person, agent, tokens } = await signedIn();
  expect((await shell('end-access', person.email)).stdout).toContain('no application has access any more');
  expect(await silentAnswer(config, agent)).toBe('login_required');
  await expect(oidc.refreshTokenGrant(config, tokens.refresh_token ?? '')).rejects.toMatchObject({
    error: 'invalid_grant',
  });
  expect((await shell('end-access', 'nobody@people.example')).code).toBe(3);
}, 60_000);

test('an account is disabled, enabled, deleted and restored', async () => {
  const { person, agent } = await signedIn();
  expect((await shell('disable', person.email)).stdout).toContain('Disabled');
  expect(await silentAnswer(config, agent)).toBe('login_required');
  expect((await shell('list', '--status', 'disabled')).stdout).toContain(person.email);
  expect((await shell('list', '--status', 'nonsense')).code).toBe(2);
  expect((await shell('enable', person.email, '--json')).json()).toMatchObject({ status: 'active' });
  expect((await shell('restore', person.email)).code).toBe(4);
  expect((await shell('delete', person.email)).stdout).toMatch(/deleted for good after 20\d\d-/);
  expect((await shell('disable', person.email)).code).toBe(4);
  expect((await shell('restore', person.email, '--json')).json()).toMatchObject({ status: 'active' });
  expect((await shell('disable', 'nobody@people.example')).code).toBe(3);
}, 120_000);

test('second factors are shown and reset', async () => {
  const { person, agent } = await signedIn();
  const shown = (await shell('factors', person.email, '--json')).json();
  expect(shown).toEqual({ passkeys: [], authenticator: null, recovery_codes: { total: 0, left: 0 } });
  expect((await shell('reset-factors', person.email)).code).toBe(0);
  expect(await silentAnswer(config, agent)).toBe('login_required');
}, 60_000);
