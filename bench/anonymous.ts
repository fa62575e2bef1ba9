import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { Database } from '../src/platform/db/database.js';
import { migrateUp } from '../src/platform/database-setup/migrator.js';
import { startEmbeddedDatabase } from '../src/platform/embedded-database/embedded-database.js';
import { startSmtpReceiver } from '../test/harness/mail/smtp-receiver.js';
import { formRequests, makeAccounts } from './load/form-requests.js';
import { type Answer, send } from './load/http-client.js';
import { growthOf, tableSizes } from './load/table-sizes.js';
import { createClient, serve } from './servers/serving.js';
import { CLIENT, REDIRECT_URI, type Target } from './load/target.js';

/**
 * What requests leave behind that nobody has to sign in for: the rows of all tables, with their lifetimes, and bytes with
 * indexes, of so many requests of each kind. No limit counts them: they come from this machine, and each form from another
 * network. Mails are sent before that is measured.
 */
const { values: options } = parseArgs({
  options: {
    requests: { type: 'string', default: '10000' },
    port: { type: 'string', default: '39200' },
    /** A part of the names of the kinds to measure. */
    kinds: { type: 'string', default: '' },
  },
});
const REQUESTS = Number(options.requests);
const AT_ONCE = 16;
const PUBLIC = { redirect_uris: [REDIRECT_URI], token_endpoint_auth_method: 'none' };
const DEVICE_CODE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

const directory = await mkdtemp(join(tmpdir(), 'postern-bench-'));
const postgres = await startEmbeddedDatabase({ dataDirectory: directory });
const pool = new pg.Pool({ ...postgres.connection, max: 1 });
const mailServer = await startSmtpReceiver();
try {
  const database = new Database(postgres.connection, 2, () => undefined);
  await migrateUp(database);
  await database.close();
  const { host, port, user } = postgres.connection;
  const server = await serve(Number(options.port), {
    DATABASE_URL: `postgres://${user}@localhost:${String(port)}/postern?host=${encodeURIComponent(host)}`,
    DATA_DIR: directory,
    ENCRYPTION_KEY: randomBytes(32).toString('base64url'),
    // Nothing is purged before it is counted.
    EXPIRY_INTERVAL: '86400',
    LOG_LEVEL: 'info',
    // The network of a form is the one that its request names; requests without are of this machine.
    TRUSTED_PROXIES: '1',
    PASSWORD_HASH_COST: '10',
    SIGN_UP: 'open',
    SMTP_URL: mailServer.url,
    MAIL_FROM: 'postern@people.example',
    REGISTRATION: 'open',
    REGISTRATION_ATTEMPTS: String(10 * REQUESTS),
  });
  try {
    say('| request | status | rows | size |');
    say('|---|---|---|---|');
    for (const [name, request] of chosen(await kinds(server.target)))
      await measure(name, async () => (await request()).status);
    const { client_id: clientId } = await createClient(server.target, { ...PUBLIC, client_name: 'Page' });
    await makeAccounts(pool, REQUESTS);
    for (const [name, request] of chosen(formRequests(server.target, clientId))) await measure(name, request);
  } finally {
    await server.stop();
  }
} finally {
  await pool.end();
  await postgres.stop();
  await mailServer.close();
  await rm(directory, { recursive: true, force: true });
}
process.exit(0);

function chosen<Request>(all: Record<string, Request>): [string, Request][] {
  return Object.entries(all).filter(([name]) => name.includes(options.kinds));
}

async function kinds(target: Target): Promise<Record<string, () => Promise<Answer>>> {
  const web = await createClient(target, CLIENT);
  const device = await createClient(target, {
    client_name: 'Device',
    grant_types: [DEVICE_CODE_GRANT],
    redirect_uris: [],
    token_endpoint_auth_method: 'none',
  });
  const authorize = (parameters: Record<string, string> = {}) => {
    const query = new URLSearchParams({
      client_id: web.client_id,
      response_type: 'code',
      redirect_uri: REDIRECT_URI,
      scope: 'openid',
      state: randomBytes(16).toString('base64url'),
      code_challenge: randomBytes(32).toString('base64url'),
      code_challenge_method: 'S256',
      ...parameters,
    });
    return () => send(`${target.issuer}/oauth2/authorize?${query.toString()}`);
  };
  const form = { client_id: device.client_id, scope: 'openid' };
  const headers = { accept: 'text/html' };
  return {
    'GET /oauth2/authorize': authorize(),
    'the same, `prompt=none`': authorize({ prompt: 'none' }),
    'the same, a `state` of 2 049 bytes': authorize({ state: 'x'.repeat(2_049) }),
    'GET /device': () => send(`${target.issuer}/device`, { headers }),
    'GET /oauth2/logout': () => send(`${target.issuer}/oauth2/logout`, { headers }),
    'POST /oauth2/device': () => send(`${target.issuer}/oauth2/device`, { form }),
    'POST /oauth2/register': () => send(`${target.issuer}/oauth2/register`, { json: PUBLIC }),
    'POST /oauth2/par': pushed(target, await createClient(target, { ...PUBLIC, client_name: 'Public' })),
  };
}

function pushed({ issuer }: Target, { client_id }: { client_id: string }): () => Promise<Answer> {
  const form = {
    client_id,
    response_type: 'code',
    redirect_uri: REDIRECT_URI,
    scope: 'openid',
    code_challenge: randomBytes(32).toString('base64url'),
    code_challenge_method: 'S256',
  };
  return () => send(`${issuer}/oauth2/par`, { form });
}

async function measure(name: string, request: () => Promise<number>): Promise<void> {
  await pool.query('TRUNCATE artifacts, attempts, one_time_codes');
  const before = await tableSizes(pool);
  const status = await request();
  let left = REQUESTS - 1;
  const send = async () => {
    while (left-- > 0) {
      const other = await request();
      if (other !== status) throw new Error(`expected ${String(status)}, got ${String(other)}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, send));
  await mailsSent();
  // As autovacuum does, in its time: mails that were sent leave nothing.
  await pool.query('VACUUM');
  const { bytes, rows } = growthOf(before, await tableSizes(pool));
  say(`| ${[name, status, rows, `${(bytes / 1e6).toFixed(1)} MB`].join(' | ')} |`);
}

async function mailsSent(): Promise<void> {
  for (;;) {
    const { rowCount } = await pool.query('SELECT FROM outbox WHERE dead_at IS NULL LIMIT 1');
    if (rowCount === 0) return;
    await sleep(500);
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
