import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { nodeJobs } from '../../../src/server/job-list.js';
import { type AdminCaller, bearer, operator, personCaller } from '../../harness/admin/admin-caller.js';
import {
  authorizationRequest,
  obtainTokens,
  relyingParty,
  signIn,
} from '../../harness/protocol/relying-party.js';
import { silentAnswer } from '../../harness/pages/sign-out.js';
import { basic, postForm } from '../../harness/protocol/wire.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let server: TestServer;
let other: TestServer;
let client: RegisteredClient;
let config: oidc.Configuration;
let root: AdminCaller;
beforeAll(async () => {
  server = await startTestServer();
  other = await startTestServer({ nodeOf: server, env: { TRUSTED_PROXIES: '1' } });
  client = await server.register();
  config = await relyingParty(server, client);
  root = await operator(server);
});
afterAll(async () => {
  await other.close();
  await server.close();
});

type Person = Awaited<ReturnType<TestServer['person']>>;

const status = async (id: string) => (await root('GET', `/accounts/${id}`)).body['status'];
const actionsOn = async (id: string) => {
  const { body } = await root('GET', `/audit_events?target_id=${id}`);
  return (body['data'] as { action: string }[]).map(({ action }) => action);
};

async function refusedSignIn({ email, password }: Person): Promise<string> {
  const page = await signIn(await authorizationRequest(config), { email, password });
  expect(page.status).toBe(400);
  return page.body;
}

async function signsIn(person: Person): Promise<boolean> {
  return (await signIn(await authorizationRequest(config), person)).status === 200;
}

/** What a person has going on, and a check that nothing of it works on another node. */
async function busyPerson() {
  const person = await server.person();
  const agent = new UserAgent();
  const tokens = await obtainTokens(config, person, {}, agent);
  const caller = await personCaller(other, person.id);
  expect((await caller('GET', '/orgs')).status).toBe(200);
  const nothingWorks = async () => {
    expect(await silentAnswer(config, agent)).toBe('login_required');
    const fields = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' };
    const refreshed = await postForm(`${other.origin}/oauth2/token`, fields, basic(client));
    expect(refreshed.body).toMatchObject({ error: 'invalid_grant' });
    const headers = { authorization: `Bearer ${tokens.access_token}` };
    expect((await fetch(`${other.origin}/oauth2/userinfo`, { headers })).status).toBe(401);
    const { body } = await postForm(
      `${other.origin}/oauth2/introspect`,
      { token: tokens.access_token },
      basic(client),
    );
    expect(body).toEqual({ active: false });
    expect((await caller('GET', '/orgs')).status).toBe(401);
    await refusedSignIn(person);
  };
  return { person, nothingWorks };
}

describe('a disabled account', () => {
  test('is refused everywhere with the next request, and signs in again when it is enabled', async () => {
    const { person, nothingWorks } = await busyPerson();
    const disabled = await root('POST', `/accounts/${person.id}/disable`);
    expect(disabled).toMatchObject({
      status: 200,
      body: { id: person.id, status: 'disabled', disabled_at: expect.any(String) },
    });
    await nothingWorks();
    const { body } = await root('GET', '/accounts?status=disabled');
    expect(body['data']).toContainEqual(expect.objectContaining({ id: person.id }));
    const enabled = await root('POST', `/accounts/${person.id}/enable`);
    expect(enabled.body).toMatchObject({ status: 'active', disabled_at: null });
    expect(await signsIn(person)).toBe(true);
    expect((await actionsOn(person.id)).filter((action) => /able/.test(action))).toEqual([
      'account.enabled',
      'account.disabled',
    ]);
  });

  test('answers as a wrong password does', async () => {
    const [disabled, active] = [await server.person(), await server.person()];
    await root('POST', `/accounts/${disabled.id}/disable`);
    const constant = (body: string, { email }: Person) =>
      body
        .replaceAll(email, 'E-MAIL')
        .replace(/\/interaction\/[\w-]+/g, 'INTERACTION')
        .replace(/for=[\w-]+/g, 'FOR')
        .replace(/(name="csrf" value|data-(?:options|token))="[^"]+"/g, 'RANDOM');
    const wrong = { ...active, password: 'not the password' };
    expect(constant(await refusedSignIn(disabled), disabled)).toBe(
      constant(await refusedSignIn(wrong), active),
    );
  });

  test('is not recorded again when it is disabled already', async () => {
    const { id } = await server.person();
    await Promise.all(Array.from({ length: 5 }, () => root('POST', `/accounts/${id}/disable`)));
    expect(await actionsOn(id)).toEqual(['account.disabled']);
  });

  test('is not signed in to by a sign-in that began before', async () => {
    const person = await server.person();
    const agent = new UserAgent();
    const request = await authorizationRequest(config);
    const page = await agent.open(request.url.href);
    await root('POST', `/accounts/${person.id}/disable`);
    const fields = { email: person.email, password: person.password };
    expect((await agent.submit(page, fields, { action: '/login' })).status).toBe(400);
  });
});

describe('an account that is deleted', () => {
  test('can be restored for seven days, with its roles but without its sessions', async () => {
    const { person, nothingWorks } = await busyPerson();
    await root('POST', '/orgs/default/members', { subject: `account:${person.id}`, role: 'viewer' });
    const deleted = await root('DELETE', `/accounts/${person.id}`);
    expect(deleted).toMatchObject({ status: 200, body: { status: 'deleting' } });
    const days = (Date.parse(String(deleted.body['delete_after'])) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(6.99);
    expect(days).toBeLessThanOrEqual(7);
    await nothingWorks();
    expect((await root('DELETE', `/accounts/${person.id}`)).body['delete_after']).toBe(
      deleted.body['delete_after'],
    );
    expect((await root('POST', `/accounts/${person.id}/enable`)).status).toBe(409);
    expect((await root('POST', `/accounts/${person.id}/restore`)).body).toMatchObject({
      status: 'active',
      delete_after: null,
    });
    expect((await root('POST', `/accounts/${person.id}/restore`)).status).toBe(409);
    expect(await signsIn(person)).toBe(true);
    const { body } = await root('GET', '/orgs/default/members');
    expect(body['data']).toContainEqual(expect.objectContaining({ subject: `account:${person.id}` }));
  });

  test('stays disabled when it was so before', async () => {
    const { id } = await server.person();
    await root('POST', `/accounts/${id}/disable`);
    await root('DELETE', `/accounts/${id}`);
    await root('POST', `/accounts/${id}/restore`);
    expect(await status(id)).toBe('disabled');
  });

  test('is gone for good after seven days, but for its id in the audit trail', async () => {
    const [person, kept] = [await server.person(), await server.person()];
    await obtainTokens(config, person);
    await root('POST', '/orgs/default/members', { subject: `account:${person.id}`, role: 'viewer' });
    for (const { id } of [person, kept]) await root('DELETE', `/accounts/${id}`);
    const { pool } = server.database;
    await pool.query("UPDATE accounts SET delete_after = now() - interval '1 s' WHERE id = $1", [person.id]);
    expect((await root('POST', `/accounts/${person.id}/restore`)).status).toBe(409);
    const job = nodeJobs(server.context).find(({ name }) => name === 'purge deleted accounts');
    await Promise.all([job?.run(new AbortController().signal), job?.run(new AbortController().signal)]);
    expect((await root('GET', `/accounts/${person.id}`)).status).toBe(404);
    expect(await status(kept.id)).toBe('deleting');
    for (const table of ['sign_ins', 'own_sessions', 'passkeys', 'totp_secrets'])
      expect((await pool.query(`SELECT FROM ${table} WHERE account_id = $1`, [person.id])).rowCount).toBe(0);
    const { body } = await root('GET', '/orgs/default/members');
    expect(JSON.stringify(body)).not.toContain(person.id);
    expect(await actionsOn(person.id)).toContain('account.purged');
    expect((await actionsOn(person.id)).filter((action) => action === 'account.purged')).toHaveLength(1);
    const again = await root('POST', '/accounts', {
      email: person.email,
      password: 'an otter under the tram',
    });
    expect(again.status).toBe(201);
  });
});

test('the last owner who can sign in is neither disabled nor deleted', async () => {
  const alone = await startTestServer();
  try {
    const [first, second] = [await operator(alone), await alone.person()];
    const { body } = await first('GET', '/members');
    const [{ subject = '' } = {}] = body['data'] as { subject: string }[];
    const owner = subject.replace('account:', '');
    for (const [method, path] of [
      ['POST', '/disable'],
      ['DELETE', ''],
    ] as const)
      expect((await first(method, `/accounts/${owner}${path}`)).status).toBe(409);
    await first('POST', '/members', { subject: `account:${second.id}`, role: 'owner' });
    const answers = await Promise.all(
      [owner, second.id].map(async (id) => (await first('POST', `/accounts/${id}/disable`)).status),
    );
    // The caller may be disabled before its other request is authorized.
    expect(answers.filter((code) => code === 200)).toHaveLength(1);
  } finally {
    await alone.close();
  }
});

test('who may write accounts only may not take one with a role', async () => {
  const person = await server.person();
  await root('POST', '/members', { subject: `account:${person.id}`, role: 'owner' });
  const narrow = bearer(server, await server.adminToken(['accounts.read', 'accounts.write']));
  for (const [method, path] of [
    ['POST', 'disable'],
    ['POST', 'enable'],
    ['POST', 'restore'],
    ['POST', 'reset_factors'],
    ['DELETE', ''],
  ] as const)
    expect((await narrow(method, `/accounts/${person.id}/${path}`.replace(/\/$/, ''))).status).toBe(403);
  const { id } = await server.person();
  expect((await narrow('POST', `/accounts/${id}/disable`)).status).toBe(200);
});

test('an account that does not exist has no life', async () => {
  for (const id of [randomUUID(), 'nonsense'])
    for (const path of ['disable', 'enable', 'restore', 'reset_factors'])
      expect((await root('POST', `/accounts/${id}/${path}`)).status).toBe(404);
});

test('resetting the factors signs the person out', async () => {
  const { person } = await busyPerson();
  expect((await root('GET', `/accounts/${person.id}/factors`)).body).toEqual({
    passkeys: [],
    authenticator: null,
    recovery_codes: { total: 0, left: 0 },
  });
  expect((await root('POST', `/accounts/${person.id}/reset_factors`)).status).toBe(204);
  expect((await root('GET', `/accounts/${person.id}/sessions`)).body['data']).toEqual([]);
  expect((await root('GET', `/accounts/${person.id}/grants`)).body['data']).toEqual([]);
  expect(await actionsOn(person.id)).toContain('account.factors_reset');
});
