import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { machineToken, registerMachine } from '../../harness/admin/usage.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { ConsoleAgent, PROJECT } from '../../harness/pages/console-agent.js';

const TODAY = new Date().toISOString().slice(0, 10);

let server: TestServer;
let agent: ConsoleAgent;
let usage: string;
let clientId: string;
beforeAll(async () => {
  server = await startTestServer();
  agent = await ConsoleAgent.signIn(server);
  await server.register({ client_name: 'Quiet' });
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

/** The numbers of the newest row of a table, with where they lead. */
function newestRow(body: string, unit: 'day' | 'hour') {
  const table =
    new RegExp(`Usage by ${unit}, newest first</caption>.*?<tbody>(.*?)</tr>`, 's').exec(body)?.[1] ?? '';
  return [...table.matchAll(/<td class="number">(?:<a href="([^"]+)">)?([\d,]+)/g)].map(
    ([, href, count]) => ({
      count: Number(count),
      href: href?.replaceAll('&amp;', '&'),
    }),
  );
}

/** The part of the page about one day or hour. */
const spanOf = (body: string) =>
  /<section class="panel" aria-labelledby="span">.*?<\/section>/s.exec(body)?.[0] ?? '';

test('numbers of the home lead to what they are made of and to the clients that failed, others are text', async () => {
  const home = await get(PROJECT);
  const ofDay = newestRow(home, 'day');
  expect(ofDay).toEqual([
    { count: 1, href: `${PROJECT}?day=${TODAY}#span` },
    { count: 0, href: undefined },
    { count: 2, href: `${PROJECT}/clients?failed_on=${TODAY}` },
    { count: 0, href: undefined },
  ]);
  expect(spanOf(home)).toBe('');
  const failed = await get(ofDay[2]?.href ?? '');
  expect(failed).toContain('<bdi>Machine</bdi>');
  expect(failed).not.toContain('<bdi>Quiet</bdi>');
  expect(await get(`${PROJECT}/clients?failed_on=2026-01-01`)).toContain('No client is like that');
  expect((await agent.get(`${PROJECT}/clients?failed_on=today`)).status).toBe(400);

  const [tokens, , failures] = newestRow(home, 'hour');
  expect([tokens?.count, failures?.count]).toEqual([1, 2]);
  expect(tokens?.href).toMatch(/\?hour=[^#]+#span$/);
  expect(failures?.href).toBe(tokens?.href);
  for (const path of [ofDay[0]?.href ?? '', tokens?.href ?? '']) {
    const span = spanOf(await get(path));
    expect(span).toMatch(/<code>client_credentials<\/code><\/dt><dd>1</);
    expect(span).toMatch(/<code>invalid_client<\/code><\/dt><dd>2</);
    expect(span).toContain(`href="${PROJECT}/clients?failed_on=${TODAY}"`);
    expect(span).toContain(`href="${PROJECT}/audit?from=${TODAY}&amp;to=${TODAY}"`);
  }
  expect(spanOf(await get(`${PROJECT}?day=2020-01-01`))).toBe('');
});

test('numbers of a client lead to its failures by code and to what was changed on that day', async () => {
  const [tokens, , failures] = newestRow(await get(usage), 'day');
  expect(failures).toEqual({ count: 2, href: tokens?.href });
  const body = await get(tokens?.href ?? '');
  const span = spanOf(body);
  expect(span).toContain('<a href="#failure-invalid_client">2</a>');
  expect(body).toContain('id="failure-invalid_client"');
  const changes = /href="([^"]+\/audit\?[^"]+)"/.exec(span)?.[1]?.replaceAll('&amp;', '&') ?? '';
  expect(changes).toContain(`target_id=${clientId}`);
  expect(await get(changes)).toContain('client.created');
});
