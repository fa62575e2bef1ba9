import { describe, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { setTimeout } from 'node:timers/promises';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import {
  allowDevice,
  DEVICE_CODE_GRANT,
  enterUserCode,
  goOnToConsent,
  pollOnce,
} from '../../harness/protocol/device.js';
import { relyingParty } from '../../harness/protocol/relying-party.js';
import { startTestServer } from '../../harness/nodes/test-server.js';
import { postForm } from '../../harness/protocol/wire.js';

const {
  server,
  addNode,
  person,
  client: television,
  config,
} = await protocolFixture({
  env: { USER_CODE_ATTEMPTS: '60' },
  client: {
    client_name: 'Television',
    token_endpoint_auth_method: 'none',
    redirect_uris: [],
    grant_types: [DEVICE_CODE_GRANT, 'refresh_token'],
  },
});
const other = await addNode();

const start = (scope = 'openid offline_access profile') =>
  oidc.initiateDeviceAuthorization(config, { scope });

describe('a device', () => {
  test('is told where to send the person, and for how long', async () => {
    const device = await start();
    expect(device).toMatchObject({
      verification_uri: `${server.issuer}/device`,
      expires_in: 600,
      interval: 5,
    });
    expect(device.verification_uri_complete).toBe(`${server.issuer}/device?user_code=${device.user_code}`);
  });

  test('gets tokens for the person who let it in, and may refresh them', async () => {
    const device = await start();
    await expect(pollOnce(config, device)).rejects.toMatchObject({
      error: 'authorization_pending',
      status: 400,
    });
    const done = await allowDevice(new UserAgent(), device, person);
    expect(done.body).toContain('Your device is connected');
    const tokens = await oidc.pollDeviceAuthorizationGrant(config, { ...device, interval: 0.01 });
    expect(tokens.claims()).toMatchObject({ sub: person.id, aud: television.client_id });
    const fresh = await oidc.refreshTokenGrant(config, tokens.refresh_token as string);
    const info = await oidc.fetchUserInfo(config, fresh.access_token, person.id);
    expect(info).toHaveProperty('name');
    expect(info).not.toHaveProperty('email');
  });

  test('waits while the person has not answered yet', async () => {
    const device = await start();
    await goOnToConsent(new UserAgent(), device, person);
    await expect(pollOnce(config, device)).rejects.toMatchObject({ error: 'authorization_pending' });
  });

  test('is told that the person denied it', async () => {
    const device = await start();
    const agent = new UserAgent();
    await agent.submit(await goOnToConsent(agent, device, person), {}, { action: '/abort' });
    await expect(pollOnce(config, device)).rejects.toMatchObject({ error: 'access_denied' });
  });

  test('is told that the person did not recognize it', async () => {
    const device = await start();
    const agent = new UserAgent();
    await agent.submit(await enterUserCode(agent, device), { abort: 'yes' }, { action: '/device' });
    await expect(pollOnce(config, device)).rejects.toMatchObject({ error: 'access_denied' });
  });

  test('redeems its code once, at whichever node; then its tokens are dead', async () => {
    const device = await start();
    await allowDevice(new UserAgent(), device, person);
    const tokens = await pollOnce(config, device);
    expect(await oidc.tokenIntrospection(config, tokens.access_token)).toMatchObject({ active: true });
    await expect(pollOnce(config, device)).rejects.toMatchObject({ error: 'invalid_grant' });
    expect(await oidc.tokenIntrospection(config, tokens.access_token)).toEqual({ active: false });
  });

  test('that redeems its code many times at once on two nodes gets tokens exactly once', async () => {
    const device = await start();
    await allowDevice(new UserAgent(), device, person);
    const fields = {
      grant_type: DEVICE_CODE_GRANT,
      client_id: television.client_id,
      device_code: device.device_code,
    };
    const crowd = Array.from({ length: 12 }, (_, index) =>
      postForm(`${(index % 2 ? other : server).origin}/oauth2/token`, fields),
    );
    const answers = await Promise.all(crowd);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const answer of answers.filter(({ status }) => status !== 200)) {
      expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    }
  });

  test("cannot redeem another device's code", async () => {
    const device = await start();
    await allowDevice(new UserAgent(), device, person);
    const radio = await server.register({
      token_endpoint_auth_method: 'none',
      redirect_uris: [],
      grant_types: [DEVICE_CODE_GRANT],
    });
    const radioConfig = await relyingParty(server, radio);
    await expect(pollOnce(radioConfig, device)).rejects.toMatchObject({ error: 'invalid_grant' });
    expect((await pollOnce(config, device)).access_token).toBeDefined();
  });

  test('cannot redeem the user code, or a made-up code', async () => {
    const device = await start();
    for (const code of [device.user_code, 'nonsense', '\0']) {
      const made = { ...device, device_code: code };
      await expect(pollOnce(config, made)).rejects.toMatchObject({ error: 'invalid_grant' });
    }
  });

  test('asks for no more than it may', async () => {
    await expect(start('openid phone')).rejects.toMatchObject({ error: 'invalid_scope' });
  });

  test('needs the grant', async () => {
    const web = await relyingParty(server, await server.register());
    await expect(oidc.initiateDeviceAuthorization(web, { scope: 'openid' })).rejects.toMatchObject({
      error: 'unauthorized_client',
    });
  });

  test('that asks more often than the interval is told to slow down, at whichever node', async () => {
    const device = await start();
    const fields = {
      grant_type: DEVICE_CODE_GRANT,
      client_id: television.client_id,
      device_code: device.device_code,
    };
    const poll = async (at: { origin: string }) =>
      (await postForm(`${at.origin}/oauth2/token`, fields)).body['error'];
    expect([await poll(server), await poll(server), await poll(other)]).toEqual([
      'authorization_pending',
      'slow_down',
      'slow_down',
    ]);
    await setTimeout(4_200);
    expect(await poll(server)).toBe('authorization_pending');
    await allowDevice(new UserAgent(), device, person);
    expect(await poll(server)).toBeUndefined();
  });
});

describe('the pages', () => {
  test('show who asks and which code, before anything is granted', async () => {
    const device = await start();
    const agent = new UserAgent();
    const confirm = await enterUserCode(agent, device);
    expect(confirm.body).toContain('Television');
    expect(confirm.body).toContain(device.user_code);
    const consent = await goOnToConsent(agent, device, person);
    expect(consent.body).toContain('wants to access your account');
    expect(consent.body).toContain('the device');
  });

  test('take the code in lower case and without its hyphen', async () => {
    const device = await start();
    const typed = device.user_code.toLowerCase().replaceAll('-', '');
    const confirm = await enterUserCode(new UserAgent(), device, typed);
    expect(confirm.body).toContain(device.user_code);
  });

  test('take the code from the link, and still ask', async () => {
    const device = await start();
    const agent = new UserAgent();
    const filled = await agent.open(device.verification_uri_complete as string);
    const confirm = await agent.submit(filled, {}, { action: '/device' });
    expect(confirm.body).toContain('Is this your device?');
    await expect(pollOnce(config, device)).rejects.toMatchObject({ error: 'authorization_pending' });
  });

  test.each(['', 'AAAA-AAAA', 'x'.repeat(500), '<script>', '\0'])('refuse the code %j', async (code) => {
    const page = await enterUserCode(new UserAgent(), await start(), code);
    expect(page.status).toBe(400);
    expect(page.body).toContain('role="alert"');
    expect(page.body).not.toContain('<script>');
  });

  test('refuse a used code from any client', async () => {
    const device = await start();
    await allowDevice(new UserAgent(), device, person);
    const again = await enterUserCode(new UserAgent(), device);
    expect(again.status).toBe(400);
    expect(again.body).toContain('not valid');
  });

  test('refuse a form that did not come from them', async () => {
    const device = await start();
    const agent = new UserAgent();
    const page = await agent.open(device.verification_uri);
    const forged = await agent.submit(page, { xsrf: 'guessed', user_code: device.user_code, confirm: 'yes' });
    expect(forged.status).toBe(400);
    await expect(pollOnce(config, device)).rejects.toMatchObject({ error: 'authorization_pending' });
    expect((await enterUserCode(agent, device)).body).toContain('Is this your device?');
  });
});

test('guessing codes is slowed down, across nodes', async () => {
  const limited = await startTestServer({ nodeOf: server, env: { USER_CODE_ATTEMPTS: '1' } });
  try {
    const answers = [];
    for (let guess = 0; guess < 2; guess++) {
      answers.push(await postForm(`${limited.origin}/device`, { user_code: 'AAAA-AAAA' }));
    }
    expect(answers.at(-1)?.status).toBe(429);
    expect(Number(answers.at(-1)?.headers.get('retry-after'))).toBeGreaterThan(0);
  } finally {
    await limited.close();
  }
});
