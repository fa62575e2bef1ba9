import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { machineToken, registerMachine } from '../../harness/admin/usage.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { ConsoleAgent, PROJECT } from '../../harness/pages/console-agent.js';

const HOUR = 3_600_000;

let server: TestServer;
let agent: ConsoleAgent;
let usage: string;
let clientId: string;
/** The day of the requests, in UTC. */
let day: string;
beforeAll(async () => {
  server = await startTestServer();
  agent = await ConsoleAgent.signIn(server);
  await server.register({ client_name: 'Quiet' });
  const leftOfHour = HOUR - (Date.now() % HOUR);
  if (leftOfHour < 3_000) await setTimeout(leftOfHour);
  day = new Date().toISOString().slice(0, 10);
  const machine = await registerMachine(server);
  clientId = machine.id;
  usage = `${PROJECT}/clients/${clientId}/usage`;
  await machineToken(server, machine);
  for (const secret of ['wrong', 'wrong again']) await machineToken(server, machine, secret);
  await server.context.usage.flush();
});
afterAll(() => server.close());

const get = async (path: string) => {
  const { body, status } = await agent.get(path);
  expect([path, status]).toEqual([path, 200]);
  return body;
};

/** The numbers of the row of a table that has some, with where they lead. */
function countedRow(body: string, unit: 'day' | 'hour') {
  const [, table = ''] =
    new RegExp(`Usage by ${unit}, newest first</caption>.*?<tbody>(.*?)</tbody>`, 's').exec(body) ?? [];
  const rows = table.split('</tr>').map((row) =>
    [...row.matchAll(/<td class="number">(?:<a href="([^"]+)">)?([\d,]+)/g)].map(([, href, count]) => ({
      count: Number(count),
      href: href?.replaceAll('&amp;', '&'),
    })),
  );
  return rows.find((row) => row.some(({ count }) => count > 0)) ?? [];
}

/** The part of the page about one day or hour. */
const spanOf = (body: string) =>
  /<section class="panel" aria-labelledby="span">.*?<\/section>/s.exec(body)?.[0] ?? '';

test('numbers of the home lead to what they are made of and to the clients that failed, others are text', async () => {
  const home = await get(PROJECT);
  const ofDay = countedRow(home, 'day');
  expect(ofDay).toEqual([
    { count: 1, href: `${PROJECT}?day=${day}#span` },
    { count: 0, href: undefined },
    { count: 2, href: `${PROJECT}/clients?failed_on=${day}` },
    { count: 0, href: undefined },
  ]);
  expect(spanOf(home)).toBe('');
  const failed = await get(ofDay[2]?.href ?? '');
  expect(failed).toContain('<bdi>Machine</bdi>');
  expect(failed).not.toContain('<bdi>Quiet</bdi>');
  expect(await get(`${PROJECT}/clients?failed_on=2026-01-01`)).toContain('No client is like that');
  expect((await agent.get(`${PROJECT}/clients?failed_on=today`)).status).toBe(400);

  const [tokens, , failures] = countedRow(home, 'hour');
  expect([tokens?.count, failures?.count]).toEqual([1, 2]);
  expect(tokens?.href).toMatch(/\?hour=[^#]+#span$/);
  expect(failures?.href).toBe(tokens?.href);
  for (const path of [ofDay[0]?.href ?? '', tokens?.href ?? '']) {
    const span = spanOf(await get(path));
    expect(span).toMatch(/<code>client_credentials<\/code><\/dt><dd>1</);
    expect(span).toMatch(/<code>invalid_client<\/code><\/dt><dd>2</);
    expect(span).toContain(`href="${PROJECT}/clients?failed_on=${day}"`);
    expect(span).toContain(`href="${PROJECT}/audit?from=${day}&amp;to=${day}"`);
  }
  expect(spanOf(await get(`${PROJECT}?day=2020-01-01`))).toBe('');
});

test('numbers of a client lead to its failures by code and to what was changed on that day', async () => {
  const [tokens, , failures] = countedRow(await get(usage), 'day');
  expect(failures).toEqual({ count: 2, href: tokens?.href });
  const body = await get(tokens?.href ?? '');
  const span = spanOf(body);
  expect(span).toContain('<a href="#failure-invalid_client">2</a>');
  expect(body).toContain('id="failure-invalid_client"');
  const changes = /href="([^"]+\/audit\?[^"]+)"/.exec(span)?.[1]?.replaceAll('&amp;', '&') ?? '';
  expect(changes).toContain(`target_id=${clientId}`);
  expect(await get(changes)).toContain('client.created');
});
