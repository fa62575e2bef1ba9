import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { obtainCode } from '../../harness/protocol/codes.js';
import { allowDevice, DEVICE_CODE_GRANT, pollOnce } from '../../harness/protocol/device.js';
import { Installation, readWelcome, type Welcome } from '../../harness/nodes/installation.js';
import { killAll, type PosternProcess, runPostern } from '../../harness/nodes/postern-process.js';
import { relyingParty } from '../../harness/protocol/relying-party.js';
import { CLIENTS, type RegisteredClient } from '../../harness/nodes/test-server.js';
import { basic, postForm } from '../../harness/protocol/wire.js';

let home: Installation;
let welcome: Welcome;
let server: PosternProcess;
/** Everything secret that the run used, by name. */
const secrets = new Map<string, string>();

const keep = (name: string, secret: string | null | undefined): string => {
  if (!secret) throw new Error(`there is no ${name}`);
  secrets.set(name, secret);
  return secret;
};

beforeAll(async () => {
  home = await Installation.create({ LOG_LEVEL: 'trace' });
  const first = await home.serve();
  await first.says('resource=');
  welcome = readWelcome(first.stdout);
  await first.end('SIGTERM');
  server = await home.serve();
});
afterAll(async () => {
  await killAll();
  await home.remove();
});

async function keepAll(prefix: string, tokens: oidc.TokenEndpointResponse): Promise<void> {
  for (const name of ['access_token', 'refresh_token', 'id_token']) {
    if (typeof tokens[name] === 'string') keep(`${prefix} ${name}`, tokens[name]);
  }
}

/** Registers a client with a token of the admin client; both secrets and the token are kept. */
async function register(): Promise<RegisteredClient> {
  keep('operator password', welcome.password);
  const admin = {
    id: '',
    client_id: welcome.clientId,
    client_secret: keep('admin secret', welcome.clientSecret),
  };
  const fields = {
    grant_type: 'client_credentials',
    scope: 'clients.write',
    resource: `${home.issuer}/admin`,
  };
  const { body: token } = await postForm(`${home.issuer}/oauth2/token`, fields, basic(admin));
  const headers = {
    authorization: `Bearer ${keep('admin token', String(token['access_token']))}`,
    'content-type': 'application/json',
  };
  const body = JSON.stringify({
    client_name: 'Watched',
    redirect_uris: ['https://rp.example/callback'],
    grant_types: ['authorization_code', 'refresh_token', DEVICE_CODE_GRANT],
  });
  const answer = await fetch(home.issuer + CLIENTS, { method: 'POST', headers, body });
  const client = (await answer.json()) as RegisteredClient;
  keep('client secret', client.client_secret);
  const rotated = await fetch(`${home.issuer}${CLIENTS}/${client.id}/rotate_secret`, {
    method: 'POST',
    headers,
  });
  keep('rotated secret', ((await rotated.json()) as RegisteredClient).client_secret);
  const broken = `{"client_name": "${keep('text of a broken body', 'a-secret-in-a-broken-body')}`;
  expect((await fetch(home.issuer + CLIENTS, { method: 'POST', headers, body: broken })).status).toBe(400);
  return client;
}

async function signInAndRefresh(client: RegisteredClient): Promise<void> {
  const person = {
    email: 'watched@people.example',
    password: keep('password', 'a watched person`s password'),
  };
  const create = ['account', 'create', person.email, '--password-stdin'];
  expect((await runPostern(create, home.environment, person.password)).code).toBe(0);
  const config = await relyingParty(home, client);
  const agent = new UserAgent();
  const fresh = await obtainCode(config, person, {}, agent);
  keep('code', fresh.code);
  keep('code verifier', fresh.request.checks.pkceCodeVerifier);
  keep('state', fresh.request.checks.expectedState);
  for (const { name, value } of agent.cookies()) keep(`cookie ${name}`, value);
  const tokens = await oidc.authorizationCodeGrant(config, fresh.callback, fresh.request.checks);
  await keepAll('first', tokens);
  await oidc.fetchUserInfo(config, tokens.access_token, oidc.skipSubjectCheck);
  await oidc.tokenIntrospection(config, tokens.access_token);
  const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '');
  await keepAll('refreshed', refreshed);
  await oidc.tokenRevocation(config, refreshed.refresh_token ?? '');
  const logout = oidc.buildEndSessionUrl(config, { id_token_hint: tokens.id_token ?? '' });
  await agent.submit(await agent.open(logout.href), { logout: 'yes' });

  const device = await oidc.initiateDeviceAuthorization(config, { scope: 'openid' });
  keep('device code', device.device_code);
  keep('user code', device.user_code);
  await allowDevice(new UserAgent(), device, person);
  await keepAll('device', await pollOnce(config, device));
  await new UserAgent().open(device.verification_uri_complete ?? '');
}

/** Links of mails, whose secrets are in the path. */
async function openLinks(): Promise<void> {
  for (const path of ['recover', 'invitations', 'undo-email', 'confirm-email', 'sign-up/confirm']) {
    const secret = keep(`link of ${path}`, randomBytes(32).toString('base64url'));
    await fetch(`${home.issuer}/${path}/${secret}`);
    await fetch(`${home.issuer}/${path}/${secret}.`);
  }
}

/** Requests that are refused, each of which holds something that is nobody's business. */
async function failInEveryWay(client: RegisteredClient): Promise<void> {
  const endpoint = (name: string) => `${home.issuer}/oauth2/${name}`;
  const wrong = keep('wrong secret', 'pst_a-wrong-secret-that-somebody-tried');
  const grant = { grant_type: 'authorization_code', code: keep('foreign code', 'a-code-of-somebody-else') };
  await postForm(endpoint('token'), grant, basic(client, wrong));
  await postForm(endpoint('token'), grant, basic(client));
  await postForm(endpoint('token'), { ...grant, client_id: client.client_id, client_secret: wrong });
  const stray = keep('stray token', 'a-token-in-the-wrong-place');
  await fetch(`${endpoint('userinfo')}?access_token=${stray}`);
  await fetch(endpoint('userinfo'), { headers: { authorization: `Bearer ${stray}` } });
  await fetch(`${endpoint('token')}?client_secret=${stray}`, { method: 'POST' });
  await fetch(`${endpoint('authorize')}?client_id=${client.client_id}&state=${stray}&redirect_uri=x`);
  await fetch(`${endpoint('logout')}?id_token_hint=${stray}`);
  await fetch(home.issuer + CLIENTS, { headers: { authorization: `Bearer ${stray}` } });
  await fetch(`${home.issuer}/interaction/${keep('interaction', 'an-interaction-of-somebody-else')}`);
  await fetch(`${home.issuer}/%E0%A4%A`, { headers: { cookie: `postern_session=${stray}` } });
}

test('no log of a whole run holds any secret that it used', async () => {
  const client = await register();
  await signInAndRefresh(client);
  await failInEveryWay(client);
  await openLinks();
  keep('encryption key', (await readFile(join(home.directory, 'encryption.key'), 'utf8')).trim());
  expect(await server.end('SIGTERM')).toEqual({ code: 0, signal: null });

  expect(server.stdout).toBe('');
  for (const path of ['/oauth2/token', '/oauth2/userinfo', '/device', '/interaction/…/login', CLIENTS]) {
    expect(server.stderr).toContain(`"path":"${path}"`);
  }
  const logs = server.stderr + (await readFile(join(home.directory, 'postgres.log'), 'utf8'));
  const leaked = [...secrets].filter(([, secret]) => {
    // A cookie holds it, so that a page can lead back to the application; it is public.
    if (secret === client.client_id) return false;
    const pieces = [secret, secret.slice(0, 16), secret.slice(-16), encodeURIComponent(secret)];
    return pieces.some((piece) => logs.includes(piece));
  });
  expect(secrets.size).toBeGreaterThan(25);
  expect(leaked.map(([name]) => name)).toEqual([]);
});
