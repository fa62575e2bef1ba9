import { afterAll, describe, expect, test } from '@jest/globals';
import type * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { accountSubject } from '../../../src/tenancy/access/subjects.js';
import { INSTALLATION_TENANT, type Tenant } from '../../../src/tenancy/tenants/tenant.js';
import { INSTALLATION } from '../../../src/server/bootstrap.js';
import { setUpAuthenticator } from '../../harness/factors/second-factors.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { authorizationRequest, relyingParty, signIn } from '../../harness/protocol/relying-party.js';

const servers: TestServer[] = [];
afterAll(async () => {
  for (const server of servers) await server.close();
});

async function start(policy: string) {
  const server = await startTestServer({ env: { SECOND_FACTOR: policy } });
  servers.push(server);
  return { server, config: await relyingParty(server, await server.register()) };
}

/** The heading of the page after the password. */
async function headingAfter(config: oidc.Configuration, person: { email: string; password: string }) {
  const page = await signIn(await authorizationRequest(config), person);
  return /<h1>([^<]+)</.exec(page.body)?.[1];
}

async function grant({ context }: TestServer, accountId: string, tenant: Tenant, role: 'owner' | 'member') {
  await context.database.transaction((tx) =>
    context.members.grant(tx, INSTALLATION, tenant, accountSubject(accountId), role),
  );
}

const SET_UP = 'Set up a second factor';
const CONFIRM = 'Confirm that it is you';

describe('SECOND_FACTOR=optional', () => {
  test('asks only who set one up', async () => {
    const { server, config } = await start('optional');
    const [person, operator, careful] = [await server.person(), await server.person(), await server.person()];
    await grant(server, operator.id, INSTALLATION_TENANT, 'owner');
    await setUpAuthenticator(config, careful);
    expect(await headingAfter(config, person)).not.toBe(SET_UP);
    expect(await headingAfter(config, operator)).not.toBe(SET_UP);
    expect(await headingAfter(config, careful)).toBe(CONFIRM);
  });
});

describe('SECOND_FACTOR=operators', () => {
  test('makes owners of the installation set one up', async () => {
    const { server, config } = await start('operators');
    const [person, operator] = [await server.person(), await server.person()];
    await grant(server, operator.id, INSTALLATION_TENANT, 'owner');
    expect(await headingAfter(config, person)).not.toBe(SET_UP);
    expect(await headingAfter(config, operator)).toBe(SET_UP);
  });
});

describe('SECOND_FACTOR=required', () => {
  test('makes all set one up, and a person who does not gets nowhere', async () => {
    const { server, config } = await start('required');
    const person = await server.person();
    expect(await headingAfter(config, person)).toBe(SET_UP);
    const agent = new UserAgent();
    await signIn(await authorizationRequest(config), person, agent);
    const silent = await authorizationRequest(config, { prompt: 'none' });
    const answer = await agent.open(silent.url.href, {}, silent.redirectUri);
    expect(new URL(answer.url).searchParams.get('error')).toBe('interaction_required');
  });

  test('also in a session that began before it was required', async () => {
    const { server, config } = await start('optional');
    const person = await server.person();
    const agent = new UserAgent();
    await signIn(await authorizationRequest(config), person, agent);
    const admin = await server.adminToken();
    const change = (second_factor: string) =>
      fetch(`${server.origin}/admin/v1/orgs/default`, {
        method: 'PATCH',
        headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
        body: JSON.stringify({ second_factor }),
      });
    expect((await change('required')).status).toBe(200);
    const request = await authorizationRequest(config);
    const page = await agent.open(request.url.href, {}, request.redirectUri);
    expect(page.body).toContain(SET_UP);
    expect((await change('whatever')).status).toBe(422);
    expect((await change('optional')).status).toBe(200);
    expect((await agent.open(request.url.href, {}, request.redirectUri)).body).not.toContain(SET_UP);
  });
});

describe('an organization that requires it', () => {
  test('makes the people of its clients and its members set one up, and nobody else', async () => {
    const { server, config } = await start('optional');
    const [person, member] = [await server.person(), await server.person()];
    const { context } = server;
    const organization = await context.organizations.create(INSTALLATION, {
      slug: 'strict',
      name: 'Strict',
      membership_open: true,
      second_factor: 'required',
    });
    const tenant = { orgId: organization.id, projectId: null };
    const project = await context.projects.create(INSTALLATION, tenant, { slug: 'web', name: 'Web' });
    const { record, clientSecret } = await context.clients.create(
      INSTALLATION,
      { orgId: organization.id, projectId: project.id },
      { client_name: 'Strict', redirect_uris: ['https://rp.example/callback'] },
    );
    const registered = { id: record.id, client_id: record.clientId, client_secret: clientSecret ?? '' };
    const strict = await relyingParty(server, registered);
    await grant(server, member.id, tenant, 'member');
    expect(await headingAfter(strict, person)).toBe(SET_UP);
    expect(await headingAfter(strict, member)).toBe(SET_UP);
    expect(await headingAfter(config, member)).toBe(SET_UP);
    expect(await headingAfter(config, person)).not.toBe(SET_UP);
  });
});

describe('an operator', () => {
  test('removes the factors of a person, who is signed out then', async () => {
    const { server, config } = await start('optional');
    const person = await server.person();
    const { agent, finish } = await setUpAuthenticator(config, person);
    await finish();
    const admin = { authorization: `Bearer ${await server.adminToken()}` };
    const url = `${server.origin}/admin/v1/accounts/${person.id}`;
    const before = (await (await fetch(`${url}/factors`, { headers: admin })).json()) as object;
    expect(before).toMatchObject({ recovery_codes: { left: 10 } });
    const reset = await fetch(`${url}/reset_factors`, { method: 'POST', headers: admin });
    expect(reset.status).toBe(204);
    expect(await (await fetch(`${url}/factors`, { headers: admin })).json()).toMatchObject({
      passkeys: [],
      authenticator: null,
    });
    const silent = await authorizationRequest(config, { prompt: 'none' });
    const answer = await agent.open(silent.url.href, {}, silent.redirectUri);
    expect(new URL(answer.url).searchParams.get('error')).toBe('login_required');
    expect(await headingAfter(config, person)).not.toBe(CONFIRM);
  });
});
