import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type AdminCaller, operator } from '../../harness/admin/admin-caller.js';
import { eventually } from '../../harness/common/eventually.js';
import { waitForLockWaits } from '../../harness/database/database-probe.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

const PASSWORD = 'Tr0ut-lake-42';
const SIGNER = 'AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywtLi8wMTIzNDU2Nzg5Ojs8PT4/QA==';
const FIREBASE_KEY =
  'gKPIuRlm0T/WqE4UBjwVmUVFigDGptzwegzFYGD8KtTN0XcJbuRCsAclRi8M/n7S5IZ5GjyPXtEg272bi+/Z0w==';

let server: TestServer;
let root: AdminCaller;
beforeAll(async () => {
  server = await startTestServer({ env: { SIGN_IN_ATTEMPTS_PER_ADDRESS: '1000', PASSWORD_HASH_COST: '11' } });
  root = await operator(server);
});
afterAll(() => server.close());

const signsIn = (email: string, password: string) =>
  server.context.passwordSignIn.authenticate({ email, password, address: '192.0.2.1' }).then(
    () => true,
    () => false,
  );
const storedHash = async (email: string) => {
  const { rows } = await server.database.pool.query<{ password_hash: string }>(
    'SELECT password_hash FROM accounts WHERE email = $1',
    [email],
  );
  return rows[0]?.password_hash;
};

describe('people come with the password hash of', () => {
  test.each([
    ['Auth0, bcrypt', '$2b$10$JC5ywBjpqm7Z.ju3/AOYMOhmlxBEgupycKFj23NVl3DXPeH2TwOeq'],
    ['PHP, bcrypt', '$2y$10$JC5ywBjpqm7Z.ju3/AOYMOhmlxBEgupycKFj23NVl3DXPeH2TwOeq'],
    [
      'Keycloak, argon2',
      '$argon2id$v=19$m=7168,t=5,p=1$heIFP4T73fDILann5LTpCA==$ohJwr5UoL+W3ASiqO8koGdQdjKwm8OlKnqUP46mZeMo=',
    ],
    [
      'Keycloak, PBKDF2 with SHA-512',
      '$pbkdf2-sha512$i=210000$c3ludGhldGljLXNhbHQxNg==$2oP6lXriD8xBEz/ZRCFj4zST6VpXl4onmGwNyuZYSbCtR7VsHjeyldA9JUqMfu/+4PrbYBqo+trYXbHNsTmWNQ==',
    ],
    [
      'Keycloak before 24, with a key of 64 bytes',
      '$pbkdf2-sha256$i=27500$c3ludGhldGljLXNhbHQxNg==$QEm++bIiBcxcuCinXRmtEKKUxfdCVsEFAAc9GUBZo2CpLfzEoJsfrScOSFm2+UZw8zX7JBZNa5hZWPP0Fmnt3w==',
    ],
    [
      'Kratos, PBKDF2',
      '$pbkdf2-sha256$i=25000,l=32$c3ludGhldGljLXNhbHQxNg$A3IxM6QAgTbgSU5ty+9YD3C7C6Tst1VymtvODLIFfyc',
    ],
    [
      'passlib and Zitadel',
      '$pbkdf2-sha256$25000$c3ludGhldGljLXNhbHQxNg$A3IxM6QAgTbgSU5ty.9YD3C7C6Tst1VymtvODLIFfyc',
    ],
    ['Django', 'pbkdf2_sha256$260000$abcDEF123ghiJKL456mnoP$0F/GmZGTtDAqaXEaGZxM1IYcn47re5m61lnWIguPh/0='],
    [
      'Kratos, scrypt',
      '$scrypt$ln=16384,r=8,p=1$c3ludGhldGljLXNhbHQxNg==$lfwIDen7uYeEhCNIBs0mCUo0hjZiZ5k1ptHPgvPPWs0=',
    ],
    [
      'Zitadel, scrypt with the logarithm of the cost',
      '$scrypt$ln=14,r=8,p=1$c3ludGhldGljLXNhbHQxNg$lfwIDen7uYeEhCNIBs0mCUo0hjZiZ5k1ptHPgvPPWs0',
    ],
    ['Firebase', `$firescrypt$ln=14,r=8,p=1$ZmItc2FsdDE=$${FIREBASE_KEY}$Bw==$${SIGNER}`],
  ])('%s', async (name, hash) => {
    const email = `${Buffer.from(name).toString('hex').slice(0, 60)}@moved.example`;
    const made = await root('POST', '/accounts', { email, password_hash: hash });
    expect({ status: made.status, errors: made.body['errors'] }).toEqual({ status: 201, errors: undefined });
    expect(await signsIn(email, 'Tr0ut-lake-43')).toBe(false);
    expect(await storedHash(email)).toBe(hash.replace('$2y$', '$2b$'));
    expect(await signsIn(email, PASSWORD)).toBe(true);
    expect(await storedHash(email)).toMatch(/^\$2b\$11\$/);
    expect(await signsIn(email, PASSWORD)).toBe(true);
    expect(await signsIn(email, 'Tr0ut-lake-43')).toBe(false);
  });
});

test.each([
  ['no hash', 'secret'],
  ['an unsalted digest', '5f4dcc3b5aa765d61d8327deb882cf99'],
  [
    'too many rounds',
    '$pbkdf2-sha512$i=100000000$c3ludGhldGljLXNhbHQxNg$A3IxM6QAgTbgSU5ty+9YD3C7C6Tst1VymtvODLIFfyc',
  ],
  [
    'too much memory',
    '$scrypt$ln=24,r=8,p=1$c3ludGhldGljLXNhbHQxNg$lfwIDen7uYeEhCNIBs0mCUo0hjZiZ5k1ptHPgvPPWs0',
  ],
  ['a short key', '$pbkdf2-sha512$i=1000$c3ludGhldGljLXNhbHQxNg$A3Ix'],
  ['too high a cost', '$2b$20$h6SdDvCtjR5vXwFqJSN0gO.9AE/BArXKJSNL5ZxvGcMO4JJtnYwSW'],
  [
    'argon2 with 4 GiB',
    '$argon2id$v=19$m=4194304,t=3,p=1$c3ludGhldGljLXNhbHQxNg$A3IxM6QAgTbgSU5ty+9YD3C7C6Tst1VymtvODLIFfyc',
  ],
])('%s is refused', async (_what, hash) => {
  const refused = await root('POST', '/accounts', { email: 'refused@moved.example', password_hash: hash });
  expect(refused.status).toBe(422);
  expect(refused.body['errors']).toEqual([expect.objectContaining({ pointer: '/password_hash' })]);
});

test('a hash of another cost than PASSWORD_HASH_COST is replaced at the next sign-in', async () => {
  const email = 'settled@moved.example';
  await root('POST', '/accounts', { email, password: PASSWORD });
  expect(await storedHash(email)).toMatch(/^\$2b\$11\$/);
  const node = await startTestServer({ nodeOf: server, env: { PASSWORD_HASH_COST: '10' } });
  try {
    const signIn = { email, password: PASSWORD, address: '192.0.2.1' };
    await expect(node.context.passwordSignIn.authenticate(signIn)).resolves.toMatchObject({
      account: { email },
    });
    expect(await storedHash(email)).toMatch(/^\$2b\$10\$/);
  } finally {
    await node.close();
  }
});

test('a sign-in goes well when too many passwords are being checked to make a hash of our own', async () => {
  const [email, hash] = [
    'busy@moved.example',
    '$2b$10$JC5ywBjpqm7Z.ju3/AOYMOhmlxBEgupycKFj23NVl3DXPeH2TwOeq',
  ];
  await root('POST', '/accounts', { email, password_hash: hash });
  const { database, hashing } = server.context;
  const slowHash = hash.replace('$10$', '$14$');
  const check = (group: string, signal: AbortSignal) =>
    hashing.verifyPassword(PASSWORD, slowHash, { group, signal });
  // The sign-in waits for its turn to compare until the lock on its counted attempts is there.
  const ahead = new AbortController();
  const before = Array.from({ length: 20 * availableParallelism() }, (_, n) =>
    check(`before ${String(n)}`, ahead.signal).catch(() => false),
  );
  const counted = async () => (await server.database.pool.query('SELECT FROM attempts')).rowCount ?? 0;
  const earlier = await counted();
  const address = '198.51.100.77';
  const signIn = server.context.passwordSignIn.authenticate({ email, password: PASSWORD, address });
  await eventually(async () => (await counted()) === earlier + 2);
  const crowd = new AbortController();
  // A check that was made is asked for again, a refused one is not: the queue is full whenever the sign-in asks.
  const asksAgain = async (group: string): Promise<void> => {
    try {
      while (!crowd.signal.aborted) await check(group, crowd.signal);
    } catch {
      // Refused because the queue is full, or aborted.
    }
  };
  const waiting = await database.transaction(async (tx) => {
    await tx.raw('LOCK TABLE attempts IN SHARE MODE');
    ahead.abort();
    await waitForLockWaits(server);
    return Array.from({ length: 200 }, (_, n) => asksAgain(`network ${String(n)}`));
  });
  await expect(signIn).resolves.toMatchObject({ account: { email } });
  crowd.abort();
  await Promise.all([...before, ...waiting]);
  expect(await storedHash(email)).toBe(hash);
  expect(await signsIn(email, PASSWORD)).toBe(true);
  expect(await storedHash(email)).toMatch(/^\$2b\$11\$/);
});
