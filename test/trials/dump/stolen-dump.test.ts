import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { candidatesOf } from '../../harness/database/candidates.js';
import { dump, type Dump } from '../../harness/database/dump.js';
import { killAll, PosternProcess } from '../../harness/nodes/postern-process.js';
import { freePort, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { attack } from './attack.js';
import { askPerson, prepare, pushed, registerDynamically, round } from './load.js';
import { type Clients, KINDS, Loot } from './loot.js';

const environment = {
  AUTHORIZATION_CODE_TTL: '3600',
  CIBA: 'on',
  DEVICE_CODE_TTL: '3600',
  REGISTRATION: 'token',
  REGISTRATION_ATTEMPTS: '100000',
  TRUSTED_PROXIES: '1',
};
const loot = new Loot();
let server: TestServer;
/** Where a second node answers, a process of its own. */
let node: string;
let clients: Clients;
let stolen: Dump;
let candidates: Set<string>;
/** What every installation has, such as the words that scopes are described with: it was handed out to nobody. */
let common: Set<string>;
beforeAll(async () => {
  server = await startTestServer({ env: environment });
  const fresh = await dump(server.database.url);
  node = await startNode();
  clients = await prepare(server, loot);
  await registerDynamically(server, clients, loot);
  await round(server, clients, loot);
  await askPerson(server, clients, loot);
  const going = round(server, clients, loot);
  stolen = await dump(server.database.url);
  await going;
  candidates = candidatesOf(stolen.cells);
  common = candidatesOf(fresh.cells);
});
afterAll(async () => {
  await killAll();
  await server.close();
});

/** Ways in which a careless table could hold a credential. */
const SPELLINGS: ((value: string) => unknown)[] = [
  (value) => ({ deep: [{ down: value }] }),
  (value) => ({ [value]: 1 }),
  (value) => `one,${value},two`,
  (value) => `https://rp.example/callback?code=${value}&state=x`,
  (value) => Buffer.from(JSON.stringify({ value })).toString('base64url'),
  (value) => JSON.stringify({ value }),
];

async function startNode(): Promise<string> {
  const port = String(await freePort());
  const process = new PosternProcess(['serve'], {
    ...environment,
    ISSUER: server.issuer,
    // The issuer leads to the other node.
    TRUSTED_PROXIES: '1',
    PORT: port,
    DATABASE_URL: server.database.url,
    ENCRYPTION_KEY: server.database.encryptionKey,
    LOG_LEVEL: 'warn',
  });
  await process.says('shown once');
  return `http://localhost:${port}`;
}

/** What a credential may be: one word of at least as many characters as a user code has, and no number or time. */
const isPossible = (text: string) => /^[\w.~+/=-]{8,}$/.test(text) && !/^[-+\d.]+$/.test(text);

test('no string in it is one that was handed out', () => {
  for (const kind of KINDS) expect(loot.of(kind)).not.toEqual([]);
  expect(loot.all().filter(({ value }) => !isPossible(value))).toEqual([]);
  expect(loot.all().filter(({ value }) => stolen.text.includes(value) || candidates.has(value))).toEqual([]);
});

test('no string in it works as anything', async () => {
  const tried = [...candidates].filter((candidate) => isPossible(candidate) && !common.has(candidate));
  expect(tried.length).toBeGreaterThan(300);
  expect(await attack({ origin: node, issuer: server.issuer }, clients, loot, tried)).toEqual([]);
}, 300_000);

test('what was handed out still works, and would be found, however it was written', async () => {
  // It works for a minute only.
  loot.replace('pushed request', await pushed(server, clients));
  const values = loot.all().map(({ value }) => value);
  const written = values.map((value, index) => SPELLINGS[index % SPELLINGS.length]?.(value));
  const { pool } = server.database;
  await pool.query('UPDATE accounts SET profile = $1', [JSON.stringify({ written })]);
  await pool.query('TRUNCATE attempts');
  await pool.query('INSERT INTO attempts (key, count, resets_at) VALUES ($1, 1, now())', [
    Buffer.from(loot.first('admin token')),
  ]);
  const planted = candidatesOf((await dump(server.database.url)).cells);
  const entries = await attack(
    { origin: node, issuer: server.issuer },
    clients,
    loot,
    values.filter((value) => planted.has(value)),
  );
  expect(entries).toEqual(
    expect.arrayContaining(loot.all().map(({ kind, value }) => ({ kind, candidate: value }))),
  );
}, 300_000);
