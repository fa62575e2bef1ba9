import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type DnsServer, startDnsServer, type TxtAnswer } from '../../harness/faults/dns-server.js';
import { auditTrail } from '../../harness/database/database-probe.js';
import { makeDue, patch, plannedWait, show, verificationOf } from '../../harness/admin/publisher.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { nodeJobs } from '../../../src/server/job-list.js';
import { startPeriodicJobs } from '../../../src/platform/jobs/start-periodic-jobs.js';

let dns: DnsServer;
let server: TestServer;
let names = 0;
const newHost = (): string => `app-${String(++names)}.publisher.example`;
const client = (host: string) =>
  server.register({ client_uri: `https://${host}/`, token_endpoint_auth_method: 'none' });

beforeAll(async () => {
  dns = await startDnsServer();
  server = await startTestServer({ env: { DNS_SERVERS: dns.address, PUBLISHER_CHECK_INTERVAL: '1' } });
});
afterAll(async () => {
  await server.close();
  await dns.close();
});

async function look(record: { id: string }): Promise<string> {
  await makeDue(server, record);
  await server.context.publisherPoller.checkDue();
  return verificationOf(await show(server, record)).status;
}

test('a client_uri comes with the text to publish, the same in every answer', async () => {
  const created = await client(newHost());
  const { status, text } = verificationOf(created);
  expect(status).toBe('pending');
  expect(text).toMatch(/^postern-client-verification=[\w-]{43}$/);
  const verification = created['client_uri_verification'];
  expect(verification).toMatchObject({ checked_at: null, next_check_at: created['created_at'] });
  expect(verificationOf(await show(server, created))).toEqual(verification);
  const list = (await (await server.admin('GET')).json()) as { data: (typeof created)[] };
  expect(list.data.find(({ id }) => id === created.id)?.['client_uri_verification']).toEqual(verification);
});

test('two clients of one host have texts of their own, and one cannot use the text of the other', async () => {
  const host = newHost();
  const [mine, theirs] = [await client(host), await client(host)];
  expect(verificationOf(mine).text).not.toBe(verificationOf(theirs).text);
  dns.answer(host, [verificationOf(theirs).text]);
  expect(await look(mine)).toBe('in_progress');
  expect(await look(theirs)).toBe('verified');
});

test.each<[string, (text: string) => TxtAnswer]>([
  ['NXDOMAIN', () => 'NXDOMAIN'],
  ['SERVFAIL', () => 'SERVFAIL'],
  ['silence', () => 'silence'],
  ['no records', () => []],
  ['another text', () => ['postern-client-verification=wrong']],
  ['the text with a blank behind it', (text) => [`${text} `]],
  ['the text in another case', (text) => [text.toUpperCase()]],
  ['the text inside a longer one', (text) => [`v=1 ${text}`]],
  ['the text cut in two records', (text) => [text.slice(0, 40), text.slice(40)]],
])('%s is no proof, and the next look can still find it', async (_, answer) => {
  const host = newHost();
  const created = await client(host);
  const { text } = verificationOf(created);
  dns.answer(host, answer(text));
  expect(await look(created)).toBe('in_progress');
  dns.answer(host, [text]);
  expect(await look(created)).toBe('verified');
});

test.each<[string, (text: string) => TxtAnswer]>([
  ['alone', (text) => [text]],
  ['among others', (text) => ['v=spf1 -all', text, 'something else']],
  ['in chunks', (text) => [[text.slice(0, 10), text.slice(10, 30), text.slice(30)]]],
])('the text %s is proof', async (_, answer) => {
  const host = newHost();
  const created = await client(host);
  dns.answer(host, answer(verificationOf(created).text));
  expect(await look(created)).toBe('verified');
  expect(await plannedWait(server, created)).toBeNull();
});

test('an answer too large for UDP is read over TCP', async () => {
  const host = newHost();
  const created = await client(host);
  const noise = Array.from({ length: 200 }, (_, index) => `${String(index)} ${'x'.repeat(240)}`);
  dns.answer(host, [...noise, verificationOf(created).text]);
  expect(await look(created)).toBe('verified');
  expect(dns.questions('tcp')).toContain(host);
});

test('looks get rarer, and after two days the verification has failed', async () => {
  const host = newHost();
  const created = await client(host);
  const waits: (number | null)[] = [];
  for (let round = 0; round < 6; round++) {
    expect(await look(created)).toBe('in_progress');
    waits.push(await plannedWait(server, created));
  }
  expect(waits).toEqual([5, 15, 60, 300, 900, 900]);

  await makeDue(server, created, 172_800 - 100);
  await server.context.publisherPoller.checkDue();
  expect(verificationOf(await show(server, created)).status).toBe('in_progress');
  expect(await plannedWait(server, created)).toBeLessThanOrEqual(100);

  await makeDue(server, created, 172_800);
  await server.context.publisherPoller.checkDue();
  expect(verificationOf(await show(server, created)).status).toBe('failed');
  const asked = dns.questions().length;
  await makeDue(server, created);
  await server.context.publisherPoller.checkDue();
  expect(dns.questions()).toHaveLength(asked);
});

test('the last look still counts when nobody looked for days', async () => {
  const host = newHost();
  const created = await client(host);
  dns.answer(host, [verificationOf(created).text]);
  await makeDue(server, created, 400_000);
  await server.context.publisherPoller.checkDue();
  expect(verificationOf(await show(server, created)).status).toBe('verified');
});

test('sending the client_uri again restarts a failed one with its text, and nothing else', async () => {
  const host = newHost();
  const created = await client(host);
  const again = { client_uri: created['client_uri'] };
  const { text } = verificationOf(created);
  await makeDue(server, created, 172_800);
  await server.context.publisherPoller.checkDue();

  const other = await patch(server, created, { description: 'Something else' });
  expect(other.body['client_uri_verification']).toMatchObject({
    status: 'failed',
    text,
    next_check_at: null,
  });
  const restarted = await patch(server, created, again);
  expect(restarted.body['client_uri_verification']).toMatchObject({
    status: 'pending',
    text,
    checked_at: null,
  });
  const unchanged = await patch(server, created, again);
  expect(unchanged.body['updated_at']).toBe(restarted.body['updated_at']);

  dns.answer(host, [text]);
  expect(await look(created)).toBe('verified');
  expect((await auditTrail(server, created.id)).map(({ action, actor }) => [action, actor])).toEqual([
    ['client.created', expect.any(String)],
    ['client.publisher_verification_failed', 'installation'],
    ['client.updated', expect.any(String)],
    ['client.publisher_verification_started', expect.any(String)],
    ['client.publisher_verified', 'installation'],
  ]);
});

test('another host starts over with another text, and an answer about the old one comes too late', async () => {
  const [old, next] = [newHost(), newHost()];
  const created = await client(old);
  const { text } = verificationOf(created);
  dns.answer(old, [text]);
  const release = dns.hold();
  const asked = dns.asked(old);
  const round = server.context.publisherPoller.checkDue();
  await asked;
  const moved = await patch(server, created, { client_uri: `https://${next}/` });
  const askedNext = dns.asked(next);
  const nextRound = server.context.publisherPoller.checkDue();
  await askedNext;
  release();
  await Promise.all([round, nextRound]);
  const verification = verificationOf(await show(server, created));
  expect(verification).toMatchObject({ status: 'in_progress', text: verificationOf(moved.body).text });
  expect(verification.text).not.toBe(text);
});

test('before it is verified, the path may change without a new text, and null ends it', async () => {
  const host = newHost();
  const created = await client(host);
  const moved = await patch(server, created, { client_uri: `https://${host}/about` });
  expect(verificationOf(moved.body)).toEqual(verificationOf(created));
  const cleared = await patch(server, created, { client_uri: null });
  expect(cleared.body['client_uri_verification']).toBeNull();
  const asked = dns.questions().length;
  await server.context.publisherPoller.checkDue();
  expect(dns.questions().slice(asked)).not.toContain(host);
});

test('once verified, the host and the client_uri stay, and the path may change', async () => {
  const host = newHost();
  const created = await client(host);
  dns.answer(host, [verificationOf(created).text]);
  await look(created);
  for (const client_uri of [null, `https://${newHost()}/`, `https://www.${host}/`, 'https://192.0.2.1/']) {
    const { status, errors } = await patch(server, created, { client_uri });
    expect(status).toBe(422);
    expect(errors).toEqual([{ pointer: '/client_uri', detail: expect.stringContaining(host) }]);
  }
  const moved = await patch(server, created, { client_uri: `https://${host}/elsewhere` });
  expect(moved.status).toBe(200);
  expect(verificationOf(moved.body).status).toBe('verified');
});

test.each(['https://192.0.2.7/', 'https://[2001:db8::1]/', 'https://localhost/', 'https://intranet/'])(
  'nobody can prove to own %s, so there is nothing to verify',
  async (client_uri) => {
    const created = await server.register({ client_uri, token_endpoint_auth_method: 'none' });
    expect(created['client_uri_verification']).toBeNull();
  },
);

test('a deleted client is not looked for', async () => {
  const host = newHost();
  const created = await client(host);
  dns.answer(host, [verificationOf(created).text]);
  await server.admin('DELETE', `/${created.id}`);
  await server.context.publisherPoller.checkDue();
  expect(dns.questions()).not.toContain(host);
});

test('caches are told of each look, and an outcome alone is a new version', async () => {
  const host = newHost();
  const created = await client(host);
  const tag = (await server.admin('GET', `/${created.id}`)).headers.get('etag') ?? '';
  await look(created);
  const answer = await server.admin('GET', `/${created.id}`, undefined, { 'if-none-match': tag });
  expect(answer.status).toBe(200);
  const { client_uri_verification: looked } = (await answer.json()) as {
    client_uri_verification: { checked_at: string; next_check_at: string };
  };
  expect(Date.parse(looked.next_check_at) - Date.parse(looked.checked_at)).toBe(5000);
  dns.answer(host, [verificationOf(created).text]);
  await look(created);
  const change = await server.admin('PATCH', `/${created.id}`, { company: 'Co' }, { 'if-match': tag });
  expect(change.status).toBe(412);
});

test('the running server looks by itself', async () => {
  const host = newHost();
  const created = await client(host);
  dns.answer(host, [verificationOf(created).text]);
  const asked = dns.asked(host);
  const jobs = startPeriodicJobs(server.context, nodeJobs(server.context));
  await asked;
  await jobs.stop();
  expect(verificationOf(await show(server, created)).status).toBe('verified');
});
