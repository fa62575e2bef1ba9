import { hostname, userInfo } from 'node:os';
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
    ['72 bytes', 'correct horse battery staple, and then some more words to fill 72 bytes!', 0],
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

describe('account update and show', () => {
  test('set every standard claim, and whether the address is verified', async () => {
    const claims = [
      'given_name=Ada',
      'phone_number=+441234567',
      'phone_number_verified=true',
      'address.country=UK',
    ];
    const made = await shell([
      'create',
      'claims@people.example',
      '--verified',
      '--claim',
      ...claims,
      '--json',
    ]);
    expect(made.code).toBe(0);
    const shown = async () => (await shell(['show', 'claims@people.example', '--json'])).json();
    expect(await shown()).toMatchObject({
      email_verified: true,
      profile: {
        given_name: 'Ada',
        phone_number: '+441234567',
        phone_number_verified: true,
        address: { country: 'UK' },
      },
    });
    const id = String(made.json()['id']);
    const changed = await shell(['update', id, '--no-verified', '--claim', 'given_name=', 'nickname=A=B']);
    expect(changed.code).toBe(0);
    const { profile, email_verified } = await shown();
    expect(email_verified).toBe(false);
    expect(profile).toMatchObject({ nickname: 'A=B' });
    expect(profile).not.toHaveProperty('given_name');
    expect(
      (await shell(['update', id, '--email', 'renamed@people.example', '--verified', '--json'])).json(),
    ).toMatchObject({ id, email: 'renamed@people.example', email_verified: true });
  });

  test.each([[['--claim', 'nonsense']], [[]]])('refuse %j as wrong usage', async (options) => {
    expect(await shell(['update', 'made@people.example', ...options])).toMatchObject({ code: 2, stdout: '' });
  });

  test('refuse claims that there are not', async () => {
    const refused = await shell(['create', 'odd@people.example', '--claim', 'shoe_size=43']);
    expect(refused).toMatchObject({ code: 4, stdout: '' });
    expect(refused.stderr).toContain('/profile');
  });
});

describe('people move in', () => {
  const hash = '$2y$10$JC5ywBjpqm7Z.ju3/AOYMOhmlxBEgupycKFj23NVl3DXPeH2TwOeq';

  test('with a hash on the command line', async () => {
    expect((await shell(['create', 'hashed@people.example', '--password-hash', hash])).code).toBe(0);
    expect(await signsIn('hashed@people.example', 'Tr0ut-lake-42')).toBe(true);
    const refused = await shell([
      'create',
      'md5@people.example',
      '--password-hash',
      'd41d8cd98f00b204e9800998ecf8427e',
    ]);
    expect(refused).toMatchObject({ code: 4, stdout: '' });
    expect(refused.stderr).toContain('/password_hash: ');
  });

  test('from a file, of which what is wrong is reported line by line', async () => {
    const lines = [
      JSON.stringify({
        email: 'first@import.example',
        password_hash: hash,
        email_verified: true,
        profile: { name: 'One' },
      }),
      '',
      '{"email": "second@import.example"',
      JSON.stringify({ email: 'First@import.example', password_hash: hash }),
      JSON.stringify({ email: 'third@import.example', password_hash: hash, colour: 'red' }),
      JSON.stringify({ email: 'fourth@import.example', password: 'a long enough password' }),
    ];
    const outcome = await shell(['import', '-', '--json'], lines.join('\n'));
    expect(outcome.code).toBe(4);
    expect(outcome.json()).toMatchObject({
      imported: 2,
      failed: [
        { line: 3, error: 'The body is not JSON.' },
        { line: 4, error: expect.stringContaining('already') },
        { line: 5, errors: [{ pointer: '/colour' }] },
      ],
    });
    expect(await signsIn('first@import.example', 'Tr0ut-lake-42')).toBe(true);
    expect((await shell(['list', '--starts-with', 'first@import'])).stdout).toMatch(
      /first@import\.example +yes +[0-9a-f-]{36} +One/,
    );
    expect(await shell(['import', '/nowhere.ndjson'])).toMatchObject({ code: 2, stdout: '' });
  });
});

test('what the command line does is in the audit trail under the user of the operating system', async () => {
  const { email } = await server.person();
  await shell(['set-password', email]);
  const { url, encryptionKey } = server.database;
  await runPostern(['keys', 'rotate'], { DATABASE_URL: url, ENCRYPTION_KEY: encryptionKey });
  const { rows } = await server.database.pool.query<{ actor: string; action: string }>(
    "SELECT DISTINCT actor, action FROM audit_events WHERE actor LIKE 'cli:%'",
  );
  expect(new Set(rows.map(({ actor }) => actor))).toEqual(
    new Set([`cli:${userInfo().username}@${hostname()}`]),
  );
  const actions = rows.map(({ action }) => action);
  expect(actions).toEqual(expect.arrayContaining(['account.created', 'account.password_set', 'key.rotated']));
});
