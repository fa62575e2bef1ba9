import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  killAll,
  openCommandLine,
  type CommandLine,
  PosternProcess,
} from '../../harness/nodes/postern-process.js';
import { type Proxy, startProxy } from '../../harness/faults/tcp-proxy.js';
import { freePort } from '../../harness/nodes/test-server.js';

let shell: CommandLine;
let proxy: Proxy;
let node: PosternProcess;
let issuer: string;
beforeAll(async () => {
  shell = await openCommandLine();
  proxy = await startProxy(shell.database.url);
  const port = String(await freePort());
  issuer = `http://localhost:${port}`;
  node = new PosternProcess(['serve'], {
    ...shell.environment,
    DATABASE_URL: proxy.url,
    PORT: port,
    ISSUER: issuer,
  });
  await node.says('listening');
});
afterAll(async () => {
  await killAll();
  await proxy.cut();
  await shell.database.drop();
});

const status = async (path: string) => (await fetch(issuer + path)).status;

test('a node is ready, says so while its database is away, and serves again as soon as it is back', async () => {
  expect(await status('/healthz')).toBe(200);
  expect(await status('/readyz')).toBe(200);
  expect(node.stdout).toContain('shown once');

  await proxy.cut();
  expect(await status('/healthz')).toBe(200);
  const ready = await fetch(`${issuer}/readyz`);
  expect(ready.status).toBe(503);
  expect(Number(ready.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(ready.headers.get('content-type')).toContain('application/problem+json');
  expect(JSON.stringify(await ready.json())).not.toMatch(/ECONN|127\.0\.0\.1|postgres:/);

  const token = await fetch(`${issuer}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'nobody', client_secret: 'b' }),
  });
  const authorize = await fetch(`${issuer}/oauth2/authorize?client_id=nobody&response_type=code`);
  const admin = await fetch(`${issuer}/admin/v1/orgs/default/projects/default/oauth_clients`, {
    headers: { authorization: 'Bearer nonsense' },
  });
  expect([token.status, authorize.status]).toEqual([503, 503]);
  expect(await authorize.text()).toContain('The fault is ours, not yours');
  expect([401, 503]).toContain(admin.status);
  expect(await status('/oauth2/jwks')).toBe(200);
  expect(node.child.exitCode).toBeNull();

  await proxy.mend();
  expect(await status('/readyz')).toBe(200);
  const answer = await fetch(`${issuer}/oauth2/authorize?client_id=nobody&response_type=code`);
  expect(answer.status).toBe(400);
  expect(await node.end('SIGTERM')).toEqual({ code: 0, signal: null });
});
