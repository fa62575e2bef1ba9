import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startPeriodicJobs } from '../../../src/platform/jobs/start-periodic-jobs.js';
import { nodeJobs, processJobs } from '../../../src/server/job-list.js';
import { callAdmin, withRole } from '../../harness/admin/admin-caller.js';
import { eventually } from '../../harness/common/eventually.js';
import { auditTrail } from '../../harness/database/database-probe.js';
import { CLIENTS, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

interface List<T> {
  data: T[];
  next_cursor: string | null;
}
interface Key {
  kid: string;
  alg: string;
  state: string;
}

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ env: { SMTP_URL: 'smtps://me:canary-password@smtp.example' } });
});
afterAll(() => server.close());

const list = async <T>(path: string) => (await callAdmin<List<T>>(server, 'GET', path)).body.data;
const csv = async (path: string, token?: string) => {
  const headers = { accept: 'text/csv', authorization: `Bearer ${token ?? (await server.adminToken())}` };
  return fetch(`${server.origin}${path}`, { headers });
};

test('keys are rotated: the next ones sign at once, and the trail says who did it', async () => {
  const before = await list<Key>('/keys');
  expect(before.map(({ state }) => state).sort()).toEqual(['current', 'current', 'next', 'next']);
  expect(JSON.stringify(before)).not.toContain('"d"');
  const rotated = await callAdmin<List<Key>>(server, 'POST', '/keys/rotate');
  const kidOf = (keys: Key[], state: string) =>
    keys.find((key) => key.alg === 'RS256' && key.state === state)?.kid;
  expect(kidOf(rotated.body.data, 'current')).toBe(kidOf(before, 'next'));
  const jwks = (await (await fetch(`${server.origin}/oauth2/jwks`)).json()) as { keys: Key[] };
  expect(jwks.keys.map(({ kid }) => kid).sort()).toEqual(rotated.body.data.map(({ kid }) => kid).sort());
  const events = await list<{ target_id: string }>('/audit_events?action=key.rotated');
  expect(before.map(({ kid }) => kid)).toContain(events[0]?.target_id);
});

test('settings are listed with their source, and no secret', async () => {
  const settings = await list<{ name: string; value: string | null; source: string }>('/settings');
  const one = (name: string) => settings.find((setting) => setting.name === name);
  expect(one('ISSUER')).toMatchObject({ value: server.issuer, source: 'environment' });
  expect(one('PKCE')).toMatchObject({ source: 'default' });
  expect(one('SMTP_URL')).toMatchObject({ value: '[secret]' });
  expect(JSON.stringify(settings)).not.toMatch(new RegExp(`canary|${server.database.encryptionKey}`));
});

test('the installation tells versions, the schema and the outbox', async () => {
  const { body } = await callAdmin(server, 'GET', '/installation');
  expect(body).toMatchObject({
    node: process.version,
    mail: 'smtp',
    schema: { pending: [], postgres: expect.stringMatching(/^\d+/) as unknown as string },
    messages: { dead: 0 },
  });
});

test('every job of a server is listed, whether it ran or not', async () => {
  const { context, engine } = server;
  const jobs = [...processJobs(context, engine), ...nodeJobs(context)];
  const scheduled = jobs.map(({ name, seconds, where }) => ({ job: name, seconds, where }));
  const listed = await list<{ job: string; condition: string; started_at: string | null }>('/jobs');
  expect(listed).toHaveLength(jobs.length);
  for (const one of scheduled)
    expect(listed).toContainEqual({
      ...one,
      condition: one.where === 'once' ? 'not_yet' : 'unknown',
      started_at: null,
      finished_at: null,
      error: null,
    });
});

test('a job that fails is listed with the reason, without what an error could quote', async () => {
  const jobs = startPeriodicJobs(server.context, [
    { name: 'works', seconds: 1, where: 'once', run: async () => undefined },
    { name: 'fails', seconds: 1, where: 'once', run: () => Promise.reject(new TypeError('canary')) },
  ]);
  const state = (job: { job: string; condition: string }[], name: string) =>
    job.find((one) => one.job === name)?.condition;
  try {
    await eventually(async () => {
      const listed = await list<{ job: string; condition: string; error: string | null }>('/jobs');
      expect([state(listed, 'works'), state(listed, 'fails')]).toEqual(['ok', 'failed']);
      expect(listed.find(({ job }) => job === 'fails')?.error).toBe('TypeError');
      return true;
    });
  } finally {
    await jobs.stop();
  }
});

test('a dead letter is listed and delivered again', async () => {
  const { database, outbox } = server.context;
  const payload = { canary: 'canary-payload' };
  const id = await database.transaction((tx) => outbox.enqueue(tx, { kind: 'lost', payload }));
  const waiting = await callAdmin(server, 'GET', '/outbox_messages?kind=lost');
  expect(JSON.stringify(waiting.body)).not.toContain('canary');
  expect(await list('/outbox_messages?kind=lost')).toEqual([
    expect.objectContaining({ id, state: 'waiting' }),
  ]);
  expect((await callAdmin(server, 'POST', `/outbox_messages/${id}/redeliver`)).status).toBe(404);
  await server.database.pool.query(
    `UPDATE outbox SET dead_at = now(), attempts = 20, last_error = 'gone' WHERE id = $1`,
    [id],
  );
  expect(await list('/outbox_messages?state=dead')).toEqual([
    expect.objectContaining({ id, state: 'dead', attempts: 20, last_error: 'gone' }),
  ]);
  const again = await callAdmin(server, 'POST', `/outbox_messages/${id}/redeliver`);
  expect(again.body).toMatchObject({ id, state: 'waiting', attempts: 0 });
  expect(await list('/outbox_messages?state=dead')).toEqual([]);
  expect(await auditTrail(server, id)).toEqual([expect.objectContaining({ action: 'message.redelivered' })]);
});

test('only owners of the installation see any of it', async () => {
  const owner = await withRole(server, '/orgs/default', 'owner');
  const none = await withRole(server, '/orgs/default');
  for (const path of ['/installation', '/settings', '/keys', '/jobs', '/outbox_messages']) {
    expect([path, (await owner('GET', path)).status]).toEqual([path, 403]);
    expect([path, (await none('GET', path)).status]).toEqual([path, 404]);
    const { status } = await callAdmin(server, 'GET', path, undefined, { scopes: ['accounts.read'] });
    expect([path, status]).toEqual([path, 403]);
  }
  expect((await owner('POST', '/keys/rotate')).status).toBe(403);
});

test('a list as CSV is whole, and safe to open in a spreadsheet', async () => {
  await server.register({ client_name: '=HYPERLINK("https://evil.example","x")', description: 'A, "B"\nC' });
  for (let index = 0; index < 101; index++)
    await server.context.clients.create(
      { subject: 'test', address: null, requestId: null },
      await server.context.tenants.resolve('default', 'default'),
      { client_name: `Many ${String(index)}`, redirect_uris: ['https://a.example/', 'https://b.example/'] },
    );
  const answer = await csv(CLIENTS);
  expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(answer.headers.get('content-disposition')).toBe('attachment; filename="oauth_clients.csv"');
  expect(answer.headers.get('vary')).toContain('Accept');
  const lines = (await answer.text()).split('\r\n');
  expect(lines[0]).toMatch(/^id,/);
  expect(lines).toHaveLength(1 + 102 + 1);
  const evil = lines.find((line) => line.includes('HYPERLINK'));
  expect(evil).toContain(`"'=HYPERLINK(""https://evil.example"",""x"")"`);
  expect(evil).toContain('"A, ""B""\nC"');
  expect(lines[1]).toContain('https://a.example/ https://b.example/');
  const filtered = await (await csv(`${CLIENTS}?text=HYPERLINK`)).text();
  expect(filtered.split('\r\n')).toHaveLength(3);
});

test('a request for CSV that is refused is answered as any other', async () => {
  const bad = await csv(`${CLIENTS}?cursor=abc`);
  expect([bad.status, bad.headers.get('content-type')]).toEqual([400, 'application/problem+json']);
  expect((await csv(CLIENTS, 'nonsense')).status).toBe(401);
  const html = await fetch(`${server.origin}/admin/v1/keys`, {
    headers: { accept: '*/*', authorization: `Bearer ${await server.adminToken()}` },
  });
  expect(html.headers.get('content-type')).toMatch(/^application\/json/);
});
