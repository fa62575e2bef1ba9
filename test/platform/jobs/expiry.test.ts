import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { nodeJobs } from '../../../src/server/job-list.js';
import { startPeriodicJobs } from '../../../src/platform/jobs/start-periodic-jobs.js';
import { eventually } from '../../harness/common/eventually.js';
import { openCommandLine, killAll, PosternProcess } from '../../harness/nodes/postern-process.js';
import { administer } from '../../harness/database/administer.js';
import { freePort, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { machineToken, registerMachine } from '../../harness/admin/usage.js';
import { basic, postForm } from '../../harness/protocol/wire.js';

let server: TestServer;
let second: TestServer;
beforeAll(async () => {
  server = await startTestServer({ env: { EXPIRY_INTERVAL: '1' } });
  second = await startTestServer({ nodeOf: server, env: { CLIENT_CREDENTIALS_TTL: '1' } });
});
afterEach(killAll);
afterAll(async () => {
  await second.close();
  await server.close();
});

const expired = (rows: number) => `
  INSERT INTO artifacts (id, model, payload, expires_at)
  SELECT sha256(i::text::bytea), 2, '{}', now() - make_interval(secs => i % 50) FROM generate_series(1, ${String(rows)}) AS i`;

/** Each DELETE leaves a line with how many rows it took, and `effort` is what it does besides. */
const watchDeletes = (effort = 'NULL') => `
  CREATE TABLE deletes (rows int NOT NULL);
  CREATE FUNCTION note_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO deletes SELECT count(*) FROM gone; PERFORM ${effort}; RETURN NULL; END $$;
  CREATE TRIGGER note_delete AFTER DELETE ON artifacts REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION note_delete()`;

async function count(what: string, { pool } = server.database): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${what}`);
  return rows[0]?.count ?? 0;
}

test('what has expired leaves by itself in bounded pieces, and what is alive stays', async () => {
  await server.database.pool.query(watchDeletes());
  const client = await registerMachine(server);
  const { body } = await machineToken(server, client);
  expect((await machineToken(second, client)).status).toBe(200);
  await server.database.pool.query(expired(2_500));
  const jobs = startPeriodicJobs(server.context, nodeJobs(server.context));
  await eventually(async () => (await count('artifacts')) <= 1);
  await jobs.stop();

  const pieces = await server.database.pool.query<{ rows: number }>('SELECT rows FROM deletes');
  expect(Math.max(...pieces.rows.map(({ rows }) => rows))).toBe(1_000);
  expect(pieces.rows.reduce((sum, { rows }) => sum + rows, 0)).toBe(2_501);
  const token = String(body['access_token']);
  const introspected = await postForm(`${server.origin}/oauth2/introspect`, { token }, basic(client));
  expect(introspected.body).toMatchObject({ active: true });
});

test('two nodes that purge at once share the rows, and nobody waits for them', async () => {
  await server.database.pool.query(expired(3_000));
  const client = await registerMachine(server);
  const nodes = [server, second].map(({ context }) => context.artifacts.repository);
  const holder = await server.database.pool.connect();
  try {
    await holder.query('BEGIN');
    const held = await holder.query(
      'DELETE FROM artifacts WHERE id IN (SELECT id FROM artifacts WHERE expires_at < now() LIMIT 1000)',
    );
    expect(held.rowCount).toBe(1_000);
    const gone = await Promise.all([...nodes, ...nodes].map((node) => node.purgeExpired(700)));
    expect(gone.reduce((sum, piece) => sum + piece.count, 0)).toBe(2_000);
    expect((await machineToken(server, client)).status).toBe(200);
  } finally {
    await holder.query('ROLLBACK');
    holder.release();
  }
  expect(await nodes[0]?.purgeExpired(5_000)).toMatchObject({ count: 1_000 });
});

test('a shutdown does not wait for the end of a large purge', async () => {
  const shell = await openCommandLine();
  const { database } = shell;
  try {
    await administer(shell.database.url, watchDeletes('pg_sleep(0.1)'), expired(100_000));
    const settings = { EXPIRY_INTERVAL: '1', PORT: String(await freePort()), LOG_LEVEL: 'debug' };
    const node = new PosternProcess(['serve'], { ...shell.environment, ...settings });
    await node.says('"listening"');
    await eventually(async () => (await count('deletes', database)) > 0);
    expect(await node.end('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(await count('artifacts', database)).toBeGreaterThan(1_000);
  } finally {
    await killAll();
    await shell.database.drop();
  }
});
