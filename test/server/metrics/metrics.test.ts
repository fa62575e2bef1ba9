import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../../harness/common/eventually.js';
import { Installation, readWelcome, type Welcome } from '../../harness/nodes/installation.js';
import { metricsOrigin, scrape } from '../../harness/nodes/metrics.js';
import { killAll, type PosternProcess, runPostern } from '../../harness/nodes/postern-process.js';
import { freePort } from '../../harness/nodes/test-server.js';
import { linesOf, onEach, workersOf } from '../../harness/nodes/workers.js';
import { basic, postForm } from '../../harness/protocol/wire.js';

let home: Installation;
let welcome: Welcome;
/** One process. */
let server: PosternProcess;

beforeAll(async () => {
  home = await Installation.create({ METRICS_PORT: '0', EXPIRY_INTERVAL: '1' });
  const first = await home.serve({ METRICS_PORT: '' });
  welcome = readWelcome(first.stdout);
  expect(metricsOrigin(first)).toBeUndefined();
  await first.end('SIGTERM');
  server = await home.serve();
});
afterAll(async () => {
  await killAll();
  await home.remove();
});

const TOKENS = 'postern_token_responses_total';
const REQUESTS = 'postern_http_requests_total';
const ERRORS = 'postern_protocol_errors_total';

test('a process counts tokens, errors and requests without naming anybody', async () => {
  for (let turn = 0; turn < 3; turn++) expect(await ask()).toBe(200);
  expect(await ask('wrong')).toBe(401);
  expect(await ask('wrong', 'nobody-knows-it')).toBe(401);
  const refused = await postForm(`${home.issuer}/oauth2/token`, { grant_type: 'invented' }, client());
  expect(refused.status).toBe(400);
  await fetch(`${home.issuer}/oauth2/authorize?client_id=${welcome.clientId}&response_type=code`);
  await fetch(`${home.issuer}/admin/v1/orgs/default`);

  const answer = await scrape(server);
  expect(answer.series(TOKENS)).toEqual([
    { name: TOKENS, labels: { grant_type: 'client_credentials' }, value: 3 },
  ]);
  expect(answer.sum(ERRORS, { endpoint: 'token', error: 'invalid_client' })).toBe(2);
  expect(answer.sum(ERRORS, { endpoint: 'token', error: 'unsupported_grant_type' })).toBe(1);
  expect(answer.sum(ERRORS, { endpoint: 'authorization' })).toBe(1);
  const token = { area: 'protocol', method: 'POST', route: '/oauth2/token' };
  expect(answer.sum(REQUESTS, { ...token, status: '200' })).toBe(3);
  expect(answer.sum(REQUESTS, { ...token, status: '401' })).toBe(2);
  expect(answer.sum(REQUESTS, { area: 'admin', route: 'unmatched', status: '401' })).toBe(1);
  expect(answer.sum('postern_http_request_duration_seconds_count', token)).toBe(6);
  for (const secret of [welcome.clientId, welcome.clientSecret, welcome.email, 'nobody-knows-it', 'invented'])
    expect(answer.text).not.toContain(secret);
});

test('what is asked for makes no series: 200 random paths are a few', async () => {
  const words = Array.from({ length: 200 }, () => `w${randomBytes(8).toString('hex')}`);
  const parents = ['', 'oauth2/', 'oauth2/authorize/', 'device/', 'admin/v1/', 'admin/v1/orgs/', 'console/'];
  const others = ['account/', 'interaction/', '.well-known/', 'assets/', 'oauth2/register/', 'console/orgs/'];
  const all = [...parents, ...others];
  await Promise.all(
    words.map((word, index) =>
      fetch(`${home.issuer}/${all[index % all.length] ?? ''}${word}`, {
        method: ['GET', 'POST', 'PROPFIND', 'LINK'][index % 4] ?? '',
        redirect: 'manual',
      }).then((answer) => answer.arrayBuffer()),
    ),
  );
  const answer = await scrape(server);
  expect(answer.sum(REQUESTS)).toBeGreaterThanOrEqual(200);
  const labels = answer.series(REQUESTS).map((series) => series.labels);
  expect(new Set(labels.map(({ route }) => route)).size).toBeLessThan(20);
  expect(labels.length).toBeLessThan(60);
  expect([...new Set(labels.map(({ method }) => method))].sort()).toEqual(['GET', 'POST', 'other']);
  expect(words.filter((word) => answer.text.toLowerCase().includes(word))).toEqual([]);
});

test('the database, hashing, jobs, messages and keys are measured', async () => {
  await eventually(async () => (await scrape(server)).sum('postern_job_runs_total', { outcome: 'ok' }) > 0);
  const answer = await scrape(server);
  expect(answer.sum('postern_database_up')).toBe(1);
  expect(answer.sum('postern_job_last_run_failed')).toBe(0);
  const [start] = answer.series('postern_job_last_start_timestamp_seconds', { name: 'purge attempts' });
  expect(Math.abs(Date.now() / 1_000 - (start?.value ?? 0))).toBeLessThan(60);
  expect(answer.sum('postern_job_interval_seconds', { name: 'purge attempts' })).toBe(1);
  for (const kind of ['mail', 'webhook', 'back-channel logout', 'backchannel-ping'])
    expect(answer.series('postern_outbox_messages', { kind }).map(({ labels }) => labels['state'])).toEqual([
      'waiting',
      'dead',
    ]);
  for (const alg of ['RS256', 'ES256'])
    for (const state of ['current', 'next']) {
      const [key] = answer.series('postern_signing_key_age_seconds', { alg, state });
      expect(key?.value).toBeGreaterThan(0);
    }
  const own = { worker: '0' };
  expect(answer.series('postern_hashes_waiting', own)).toHaveLength(2);
  expect(answer.series('postern_database_pool_connections', own)).toHaveLength(2);
  for (const name of ['pool_waiting', 'statements_pending', 'rows_waiting'])
    expect(answer.series(`postern_database_${name}`, own).length).toBeGreaterThan(0);
  expect(answer.sum('process_resident_memory_bytes', own)).toBeGreaterThan(1e7);
  expect(answer.series('nodejs_eventloop_lag_p99_seconds', own)).toHaveLength(1);
  expect(answer.sum('postern_build_info')).toBe(1);
});

test('it ends in order, without an unexpected error', async () => {
  expect(await server.end('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(linesOf(server, 'unexpected error')).toEqual([]);
});

test('the metrics of all workers are at one port, which has nothing else', async () => {
  server = await home.serve({ WORKERS: '2' });
  const workers = await workersOf(server);
  let tokens = 0;
  await onEach(server, workers, async () => {
    expect(await ask()).toBe(200);
    tokens++;
  });
  const before = await scrape(server);
  expect(before.sum(TOKENS)).toBe(tokens);
  const gauges = before.series('process_resident_memory_bytes').map(({ labels }) => labels['worker']);
  expect(gauges.sort()).toEqual(['0', '1', '2']);
  expect(before.series('postern_worker_up').map(({ value }) => value)).toEqual([1, 1, 1]);

  const [killed = 0] = workers;
  process.kill(killed, 'SIGKILL');
  await eventually(async () => {
    const now = await workersOf(server);
    const { text } = await scrape(server);
    return !now.includes(killed) && text.includes('postern_worker_up{worker="2"} 1');
  });
  const after = await scrape(server);
  expect(after.sum(TOKENS)).toBe(tokens);
  expect(after.series('postern_worker_up')).toHaveLength(3);

  const origin = metricsOrigin(server) ?? '';
  expect((await fetch(`${origin}/healthz`)).status).toBe(404);
  expect((await fetch(`${origin}/metrics`, { method: 'POST' })).status).toBe(405);
  expect((await fetch(`${home.issuer}/metrics`)).status).toBe(404);
});

test('a worker that hangs is told of, and what it had counted stays in the sums', async () => {
  const workers = await workersOf(server);
  await onEach(server, workers, async () => expect(await ask()).toBe(200));
  const tokens = (await scrape(server)).sum(TOKENS);
  const [stopped = 0] = workers;
  process.kill(stopped, 'SIGSTOP');
  try {
    const answer = await scrape(server);
    expect(answer.sum(TOKENS)).toBe(tokens);
    expect(answer.sum('postern_worker_up')).toBe(2);
    expect(answer.series('process_resident_memory_bytes')).toHaveLength(2);
  } finally {
    process.kill(stopped, 'SIGCONT');
  }
  await server.end('SIGTERM');
});

test('a port that is taken, and the public one, end the start with the setting to change', async () => {
  const port = await freePort();
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
  try {
    const { code, stderr } = await runPostern(['serve'], {
      ...home.environment,
      METRICS_PORT: String(port),
    });
    expect(code).toBe(4);
    expect(stderr).toContain('choose another METRICS_PORT');
  } finally {
    other.close();
  }
  const { PORT = '' } = home.environment;
  const same = await runPostern(['serve'], { ...home.environment, METRICS_PORT: PORT });
  expect(same).toMatchObject({ code: 2 });
  expect(same.stderr).toContain('METRICS_PORT: must be another port than PORT');
});

function client(secret = welcome.clientSecret, clientId = welcome.clientId) {
  return basic({ id: '', client_id: clientId, client_secret: secret });
}

/** Asks for a token on a connection of its own. */
async function ask(secret?: string, clientId?: string): Promise<number> {
  const headers = { ...client(secret, clientId), connection: 'close' };
  return (await postForm(`${home.issuer}/oauth2/token`, { grant_type: 'client_credentials' }, headers))
    .status;
}
