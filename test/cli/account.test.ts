import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type * as oidc from 'openid-client';
import { obtainTokens, relyingParty } from '../harness/protocol/relying-party.js';
import { killAll, runPostern } from '../harness/nodes/postern-process.js';
import { startTestServer, type TestServer } from '../harness/nodes/test-server.js';

let server: TestServer;
let config: oidc.Configuration;
beforeAll(async () => {
  server = await startTestServer({ env: { SIGN_IN_ATTEMPTS_PER_ACCOUNT: '2' } });
  config = await relyingParty(server, await server.register());
});
afterAll(async () => {
  await killAll();
  await server.close();
});

/** The command line on the database of the running server. */
function shell(args: string[], input?: string) {
  const { url, encryptionKey } = server.database;
  const environment = { DATABASE_URL: url, ENCRYPTION_KEY: encryptionKey };
  return runPostern(['account', ...args], environment, input);
}

const signsIn = (email: string, password: string) =>
  obtainTokens(config, { email, password }).then(
    () => true,
    () => false,
  );

describe('account create', () => {
  test('makes a password that signs in', async () => {
    const outcome = await shell(['create', 'Made@people.example', '--name', 'Made Up', '--json']);
    expect(outcome.code).toBe(0);
    const { password, ...account } = outcome.json();
    expect(account).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      email: 'made@people.example',
      operator: false,
    });
    expect(await signsIn('made@people.example', String(password))).toBe(true);
    expect(await signsIn('made@people.example', `${String(password)}x`)).toBe(false);
  });

  test('takes a password from standard input and does not print it', async () => {
    const password = 'a password of their own';
    const outcome = await shell(['create', 'own@people.example', '--password-stdin'], `${password}\n`);
    expect(outcome.code).toBe(0);
    expect(outcome.stdout + outcome.stderr).not.toContain(password);
    expect(await signsIn('own@people.example', password)).toBe(true);
  });

  test.each([
    ['twelve bytes', 'elevenbytes', 4],
    ['twelve bytes', 'twelve bytes', 0],
    ['72 bytes', 'ä'.repeat(37), 4],
    ['72 bytes', 'x'.repeat(72), 0],
  ])('wants a password of %s: "%s" ends with %i', async (_rule, password, code) => {
    const email = `length-${String(Buffer.byteLength(password))}-${String(password.length)}@people.example`;
    const outcome = await shell(['create', email, '--password-stdin'], password);
    expect(outcome.code).toBe(code);
    if (code !== 0) expect(outcome.stderr).toContain('/password: ');
    expect(await signsIn(email, password)).toBe(code === 0);
  });

  test('refuses an address that has an account, however it is written', async () => {
    await shell(['create', 'twice@people.example']);
    const again = await shell(['create', ' TWICE@people.example ']);
    expect(again).toMatchObject({ code: 4, stdout: '' });
    expect(again.stderr).toContain('an account with this e-mail address already');
  });

  test('lists every mistake', async () => {
    const { code, stderr } = await shell(['create', 'no address', '--password-stdin'], 'short');
    expect(code).toBe(4);
    expect(stderr).toContain('/email: ');
    expect(stderr).toContain('/password: ');
  });
});

describe('account set-password', () => {
  test('replaces the password, and forgets failed attempts', async () => {
    const { email, password } = await server.person();
    for (const guess of ['a wrong password', 'another one', password])
      expect(await signsIn(email, guess)).toBe(false);

    const made = (await shell(['set-password', email.toUpperCase(), '--json'])).json();
    expect(made['email']).toBe(email);
    expect(await signsIn(email, String(made['password']))).toBe(true);
    expect(await signsIn(email, password)).toBe(false);
    const own = await shell(['set-password', email, '--password-stdin'], 'and another one');
    expect(own.stdout).toBe(`Set the password of ${email}.\n`);
    expect(await signsIn(email, 'and another one')).toBe(true);
  });

  test('knows only accounts that there are', async () => {
    expect(await shell(['set-password', 'nobody@people.example'])).toMatchObject({ code: 3, stdout: '' });
  });
});
