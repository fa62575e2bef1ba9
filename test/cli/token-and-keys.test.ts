import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { killAll, openCommandLine, runPostern } from '../harness/nodes/postern-process.js';
import { CLIENTS, startTestServer, type TestServer } from '../harness/nodes/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await shell('account', 'create', 'op@people.example', '--operator');
});
afterAll(async () => {
  await killAll();
  await server.close();
});

function shell(...args: string[]) {
  return runPostern(args, {
    ISSUER: server.issuer,
    DATABASE_URL: server.database.url,
    ENCRYPTION_KEY: server.database.encryptionKey,
  });
}

const callWith = (token: string, method = 'GET') =>
  fetch(`${server.issuer}${CLIENTS}`, { method, headers: { authorization: `Bearer ${token}` } });

describe('token', () => {
  test('has nobody to act for before there is an operator', async () => {
    const other = await openCommandLine();
    try {
      expect(await other.run(['token'])).toMatchObject({ code: 3, stdout: '' });
    } finally {
      await other.database.drop();
    }
  });

  test('opens the admin API of a running server, within its scopes', async () => {
    const full = await shell('token');
    expect(full.stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    expect((await callWith(full.stdout.trim())).status).toBe(200);

    const narrow = (await shell('token', '--scope', 'clients.read', '--json')).json();
    expect(narrow).toMatchObject({ token_type: 'Bearer', expires_in: 3600 });
    const token = String(narrow['access_token']);
    expect((await callWith(token)).status).toBe(200);
    expect((await callWith(token, 'POST')).status).toBe(403);
  });

  test('asks which operator it is for when there are several', async () => {
    const email = 'second@people.example';
    await shell('account', 'create', email, '--operator');
    await shell('account', 'create', 'visitor@people.example');
    const several = await shell('token');
    expect(several).toMatchObject({ code: 4, stdout: '' });
    expect(several.stderr).toContain('--account');
    expect(
      (await callWith((await shell('token', '--account', email.toUpperCase())).stdout.trim())).status,
    ).toBe(200);
    expect(await shell('token', '--account', 'visitor@people.example')).toMatchObject({
      code: 3,
      stdout: '',
    });
  });
});

describe('keys', () => {
  interface Key {
    kid: string;
    alg: string;
    state: string;
  }
  const list = async () => (await shell('keys', 'list', '--json')).json()['data'] as Key[];

  test('are listed without anything secret', async () => {
    const keys = await list();
    expect(keys.map(({ alg, state }) => `${alg} ${state}`).sort()).toEqual([
      'ES256 current',
      'ES256 next',
      'RS256 current',
      'RS256 next',
    ]);
    for (const key of keys) {
      expect(Object.keys(key).sort()).toEqual(['alg', 'created_at', 'kid', 'replaced_at', 'state']);
    }
    const { stdout } = await shell('keys', 'list');
    expect(stdout).toMatch(/^KID +ALG +STATE +CREATED$/m);
    expect(stdout.trim().split('\n')).toHaveLength(5);
  });

  test('rotate on a running server: the next ones sign, and what the old ones signed stays good', async () => {
    const before = await list();
    const old = (await shell('token', '--account', 'op@people.example')).stdout.trim();
    const rotated = (await shell('keys', 'rotate', '--json')).json()['data'] as Key[];
    const stateOf = (kid: string) => rotated.find((key) => key.kid === kid)?.state;
    for (const { kid, state } of before) {
      expect(stateOf(kid)).toBe(state === 'next' ? 'current' : 'previous');
    }
    await server.engine.refresh();
    const fresh = (await shell('token', '--account', 'op@people.example')).stdout.trim();
    const jwks = createRemoteJWKSet(new URL(`${server.issuer}/oauth2/jwks`));
    const current = rotated.find(({ alg, state }) => alg === 'ES256' && state === 'current');
    expect((await jwtVerify(fresh, jwks)).protectedHeader.kid).toBe(current?.kid);
    expect((await jwtVerify(old, jwks)).protectedHeader.kid).not.toBe(current?.kid);
    for (const token of [old, fresh]) expect((await callWith(token)).status).toBe(200);
  });
});
