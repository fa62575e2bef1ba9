import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { processJobs } from '../../../src/server/job-list.js';
import { callAdmin, withRole } from '../../harness/admin/admin-caller.js';
import { PROJECT as PROJECT_PATH } from '../../harness/admin/usage.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { ConsoleAgent, PROJECT } from '../../harness/pages/console-agent.js';

interface Node {
  name: string;
  processes: number;
  versions: string[];
  requests: number;
  p50_ms: number | null;
  p95_ms: number | null;
}

let nodes: TestServer[];
let agent: ConsoleAgent;
beforeAll(async () => {
  const first = await startTestServer({ env: { CONSOLE_NODE_NAME: 'north' } });
  const more = (name: string) => startTestServer({ nodeOf: first, env: { CONSOLE_NODE_NAME: name } });
  nodes = [first, await more('south'), await more('south')];
  agent = await ConsoleAgent.signIn(first);
});
afterAll(async () => {
  for (const node of nodes.toReversed()) await node.close();
});

/** Each process says how it is. */
async function report(): Promise<void> {
  for (const { context, engine } of nodes)
    await processJobs(context, engine)
      .find(({ name }) => name === 'report the process')
      ?.run(AbortSignal.timeout(10_000));
}

async function seen(): Promise<Node[]> {
  const [first] = nodes;
  if (!first) throw new Error('there is no node');
  const { body } = await callAdmin<{ nodes: Node[] }>(first, 'GET', `${PROJECT_PATH}/overview`);
  return body.nodes;
}

test('the home shows each node with its processes, its requests and how long they took', async () => {
  expect(await seen()).toEqual([]);
  expect((await agent.get(PROJECT)).body).toContain('half a minute after its start');
  const [, ...south] = nodes;
  for (const { origin } of south)
    for (let count = 0; count < 10; count++) await fetch(`${origin}/.well-known/openid-configuration`);
  for (const { origin } of south) await fetch(`${origin}/healthz`);
  await report();
  const [northern, southern, ...others] = await seen();
  expect(others).toEqual([]);
  expect(northern).toMatchObject({ name: 'north', processes: 1 });
  expect(southern).toMatchObject({ name: 'south', processes: 2, requests: 20 });
  expect(southern?.versions).toHaveLength(1);
  const { p50_ms: half = null, p95_ms: most = null } = southern ?? {};
  expect(half).toBeGreaterThan(0);
  expect(most).toBeGreaterThanOrEqual(half ?? 0);
  expect(most).toBeLessThan(10_000);
  const { body } = await agent.get(PROJECT);
  expect(body).toMatch(/<bdi>south<\/bdi><\/strong>.*?2 processes, Postern .*?>20<\/span>/s);
});

test('a node that ended is gone: first from the page, then from the table', async () => {
  const [first] = nodes;
  const run = async (sql: string) => (await first?.database.pool.query<{ name: string }>(sql))?.rows ?? [];
  await report();
  await run(`UPDATE nodes SET seen_at = now() - interval '3 minutes' WHERE name = 'north'`);
  expect((await seen()).map(({ name }) => name)).toEqual(['south']);
  await run(`UPDATE nodes SET seen_at = now() - interval '11 minutes' WHERE name = 'south'`);
  const { context, engine } = first ?? {};
  if (!context || !engine) throw new Error('there is no node');
  await context.nodes.report();
  expect(await run('SELECT name FROM nodes')).toEqual([{ name: 'north' }]);
});

test('nodes are for those who may see the installation', async () => {
  const [first] = nodes;
  if (!first) throw new Error('there is no node');
  await report();
  const viewer = await withRole(first, '/orgs/default', 'owner');
  expect((await viewer('GET', `${PROJECT_PATH}/overview`)).body['nodes']).toBeNull();
  const owner = await ConsoleAgent.signIn(first, 'owner');
  expect((await owner.get(PROJECT)).body).not.toContain('id="nodes"');
  const scopes = ['clients.read'];
  const { body } = await callAdmin(first, 'GET', `${PROJECT_PATH}/overview`, undefined, { scopes });
  expect(body['nodes']).toBeNull();
});
