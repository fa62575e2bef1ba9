import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { type Page, UserAgent } from '../../../src/demo/user-agent.js';
import { callAdmin, withRole } from '../../harness/admin/admin-caller.js';
import { makeApi, pointersOf } from '../../harness/admin/catalogue.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import {
  authorizationRequest,
  obtainTokens,
  relyingParty,
  signIn,
} from '../../harness/protocol/relying-party.js';

const PROJECT = '/orgs/default/projects/default';
const CLIENTS = `${PROJECT}/oauth_clients`;
const REDIRECT = 'https://rp.example/callback';
const API = 'https://api.paper.example';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await makeApi(server, { audience: API }, ['paper.read']);
});
afterAll(() => server.close());

/** The parameters of the answer, or the title of the page that comes instead. */
function outcomeOf({ url, body }: Page): string {
  if (!url.startsWith(REDIRECT))
    return /<h1[^>]*>([\s\S]*?)<\/h1>/.exec(body)?.[1]?.replace(/<[^>]*>/g, '') ?? '';
  const { searchParams } = new URL(url);
  return searchParams.has('code') ? 'code' : (searchParams.get('error') ?? '');
}

describe('offline_access', () => {
  async function ask(
    config: oidc.Configuration,
    agent: UserAgent,
    parameters: Record<string, string>,
  ): Promise<{ outcome: string; scope?: string | undefined }> {
    const request = await authorizationRequest(config, parameters);
    const page = await agent.open(request.url.href, {}, request.redirectUri);
    const outcome = outcomeOf(page);
    if (outcome !== 'code') return { outcome };
    const tokens = await oidc.authorizationCodeGrant(config, new URL(page.url), request.checks);
    expect(tokens.refresh_token !== undefined).toBe(tokens.scope?.split(' ').includes('offline_access'));
    return { outcome, scope: tokens.scope };
  }
  const OFFLINE = { scope: 'openid offline_access' };

  test('that was granted before is not asked for again, nor without a page', async () => {
    const config = await relyingParty(server, await server.register());
    const agent = new UserAgent();
    await obtainTokens(config, await server.person(), OFFLINE, agent);
    for (const parameters of [OFFLINE, { ...OFFLINE, prompt: 'none' }]) {
      const { outcome, scope } = await ask(config, agent, parameters);
      expect({ outcome, scopes: scope?.split(' ').sort() }).toEqual({
        outcome: 'code',
        scopes: ['offline_access', 'openid'],
      });
    }
    expect((await ask(config, agent, { ...OFFLINE, prompt: 'consent' })).outcome).toContain('access');
  });

  test('that was not granted yet is asked for, and left out where no page may be shown', async () => {
    const config = await relyingParty(server, await server.register());
    const agent = new UserAgent();
    await obtainTokens(config, await server.person(), { scope: 'openid' }, agent);
    expect(await ask(config, agent, { ...OFFLINE, prompt: 'none' })).toEqual({
      outcome: 'code',
      scope: 'openid',
    });
    expect((await ask(config, agent, OFFLINE)).outcome).toContain('access');
  });

  test('that was granted to another client or by another person counts for nobody else', async () => {
    const [one, other] = [
      await relyingParty(server, await server.register()),
      await relyingParty(server, await server.register()),
    ];
    const agent = new UserAgent();
    await obtainTokens(one, await server.person(), OFFLINE, agent);
    expect((await ask(other, agent, OFFLINE)).outcome).toContain('access');
  });
});

describe('a first-party client', () => {
  let client: RegisteredClient;
  beforeAll(async () => {
    client = await server.register({
      first_party: true,
      scopes: ['profile', 'email', 'paper.read'],
      client_name: 'Our own',
    });
  });

  test('is not asked consent for, whatever of its scopes it wants, and with no page at all when signed in', async () => {
    const config = await relyingParty(server, client);
    const agent = new UserAgent();
    const person = await server.person();
    const scope = 'openid profile email offline_access paper.read';
    const request = await authorizationRequest(config, { scope, resource: API });
    const page = await signIn(request, person, agent);
    expect(outcomeOf(page)).toBe('code');
    const tokens = await oidc.authorizationCodeGrant(config, new URL(page.url), request.checks, {
      resource: API,
    });
    expect(tokens.scope?.split(' ')).toContain('paper.read');
    expect(tokens.refresh_token).toBeDefined();
    const silent = await authorizationRequest(config, { scope: 'openid offline_access', prompt: 'none' });
    expect(outcomeOf(await agent.open(silent.url.href, {}, REDIRECT))).toBe('code');
    const asked = await authorizationRequest(config, { prompt: 'consent' });
    expect(outcomeOf(await agent.open(asked.url.href, {}, REDIRECT))).toContain('access');
  });

  test('that is native is asked for all the same (RFC 8252 section 8.6)', async () => {
    const native = await server.register({
      first_party: true,
      token_endpoint_auth_method: 'none',
      redirect_uris: ['com.example.app:/cb'],
    });
    const request = await authorizationRequest(await relyingParty(server, native), {
      redirect_uri: 'com.example.app:/cb',
    });
    expect((await signIn(request, await server.person())).body).toContain('name="csrf"');
  });

  test('says so in the record and the audit trail', async () => {
    const made = await server.register();
    expect(made['first_party']).toBe(false);
    const changed = await callAdmin(server, 'PATCH', `${CLIENTS}/${made.id}`, { first_party: true });
    expect(changed.body['first_party']).toBe(true);
    const trail = await callAdmin<{ data: { changed_fields: string[] }[] }>(
      server,
      'GET',
      `/audit_events?target_id=${made.id}`,
    );
    expect(trail.body.data[0]?.changed_fields).toEqual(['first_party']);
  });

  test('never has scopes of administration', async () => {
    const fields = { client_name: 'Both', redirect_uris: [REDIRECT], first_party: true };
    const refused = await callAdmin(server, 'POST', CLIENTS, { ...fields, scopes: ['clients.read'] });
    expect({ status: refused.status, pointers: pointersOf(refused) }).toEqual({
      status: 422,
      pointers: ['/first_party'],
    });
  });

  test('is made, and changed where it matters, by owners of the installation only', async () => {
    const owner = await withRole(server, '/orgs/default', 'owner');
    const fields = { client_name: 'Theirs', redirect_uris: [REDIRECT] };
    expect((await owner('POST', CLIENTS, { ...fields, first_party: true })).status).toBe(403);
    const theirs = await owner('POST', CLIENTS, fields);
    expect(
      (await owner('PATCH', `${CLIENTS}/${String(theirs.body['id'])}`, { first_party: true })).status,
    ).toBe(403);

    const ours = await server.register({ first_party: true });
    const path = `${CLIENTS}/${ours.id}`;
    for (const change of [{ redirect_uris: ['https://else.example/cb'] }, { scopes: ['email'] }])
      expect((await owner('PATCH', path, change)).status).toBe(403);
    expect((await owner('PATCH', path, { client_name: 'Renamed' })).status).toBe(200);
    const ended = await owner('PATCH', path, {
      first_party: false,
      redirect_uris: ['https://else.example/cb'],
    });
    expect(ended.status).toBe(200);
  });

  test('that is so no longer has to ask', async () => {
    const own = await server.register({ first_party: true });
    const config = await relyingParty(server, own);
    const agent = new UserAgent();
    const request = await authorizationRequest(config, { scope: 'openid' });
    expect(outcomeOf(await signIn(request, await server.person(), agent))).toBe('code');
    await callAdmin(server, 'PATCH', `${CLIENTS}/${own.id}`, { first_party: false });
    const silent = await authorizationRequest(config, { scope: 'openid', prompt: 'none' });
    expect(outcomeOf(await agent.open(silent.url.href, {}, REDIRECT))).toBe('consent_required');
  });
});
