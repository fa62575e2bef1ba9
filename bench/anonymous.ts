import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { Database } from '../src/platform/db/database.js';
import { migrateUp } from '../src/platform/database-setup/migrator.js';
import { startEmbeddedDatabase } from '../src/platform/embedded-database/embedded-database.js';
import { type Answer, expectStatus, send } from './load/http-client.js';
import { createClient, serve } from './servers/serving.js';
import { CLIENT, REDIRECT_URI, type Target } from './load/target.js';

/**
 * What requests leave behind that nobody has to sign in for: rows, bytes of the tables with their indexes, and lifetimes, of
 * so many requests of each kind. They come from this machine, so that no limit counts them.
 */
const { values: options } = parseArgs({
  options: {
    requests: { type: 'string', default: '10000' },
    port: { type: 'string', default: '39200' },
  },
});
const REQUESTS = Number(options.requests);
const AT_ONCE = 16;
/** Where a kind of request leaves rows: the first table has one for each. */
interface Tables {
  names: readonly [string, ...string[]];
  /** When a row expires. */
  expires: string;
}
const ARTIFACTS: Tables = { names: ['artifacts'], expires: 'expires_at' };
const CLIENTS: Tables = {
  names: ['oauth_clients', 'oauth_client_secrets', 'client_ngrams', 'audit_events'],
  expires: 'NULL::timestamptz',
};
const PUBLIC = { redirect_uris: [REDIRECT_URI], token_endpoint_auth_method: 'none' };
const DEVICE_CODE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

const directory = await mkdtemp(join(tmpdir(), 'postern-bench-'));
const postgres = await startEmbeddedDatabase({ dataDirectory: directory });
const pool = new pg.Pool({ ...postgres.connection, max: 1 });
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
    REGISTRATION: 'open',
    REGISTRATION_ATTEMPTS: String(10 * REQUESTS),
  });
  try {
    say('| request | status | rows | lifetime | size |');
    say('|---|---|---|---|---|');
    for (const [name, request] of Object.entries(await kinds(server.target))) await measure(name, request);
    await measure('POST /oauth2/register', registration(server.target), CLIENTS);
  } finally {
    await server.stop();
  }
} finally {
  await pool.end();
  await postgres.stop();
  await rm(directory, { recursive: true, force: true });
}
process.exit(0);

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

function registration({ issuer }: Target): () => Promise<Answer> {
  return () => send(`${issuer}/oauth2/register`, { json: PUBLIC });
}

async function measure(name: string, request: () => Promise<Answer>, tables = ARTIFACTS): Promise<void> {
  await pool.query('TRUNCATE artifacts');
  const before = await size(tables);
  const { status } = await request();
  let left = REQUESTS - 1;
  const send = async () => {
    while (left-- > 0) expectStatus(await request(), status);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, send));
  const { rows: all, seconds, bytes } = await size(tables);
  const rows = all - before.rows;
  const lifetime = seconds === 0 ? '' : `${String(Math.ceil(seconds / 60))} min`;
  const megabytes = ((bytes - before.bytes) / 1e6).toFixed(1);
  say(`| ${[name, status, rows, lifetime, `${megabytes} MB`].join(' | ')} |`);
}

async function size({ names, expires }: Tables): Promise<{ rows: number; seconds: number; bytes: number }> {
  const { rows } = await pool.query<{ rows: number; seconds: number; bytes: number }>(
    `SELECT count(*)::int AS rows, coalesce(extract(epoch FROM max(${expires}) - now()), 0)::float8 AS seconds,
       (SELECT sum(pg_total_relation_size(name::regclass)) FROM unnest($1::text[]) AS name)::float8 AS bytes
     FROM ${names[0]}`,
    [names],
  );
  const [only] = rows;
  if (!only) throw new Error('PostgreSQL counted nothing');
  return only;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
