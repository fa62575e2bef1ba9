import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import { createApp } from '../../../src/server/app.js';
import { listen } from '../../../src/platform/http/server.js';
import { killAll, openCommandLine, PosternProcess } from '../../harness/nodes/postern-process.js';
import { freePort, startTestServer } from '../../harness/nodes/test-server.js';

afterEach(killAll);

test('a server that has not finished its start lives, and is not ready', async () => {
  const server = await startTestServer();
  let ready = false;
  const listener = await listen(
    createApp(server.context, server.engine, () => ready),
    '127.0.0.1',
    0,
  );
  const status = async (path: string) =>
    (await fetch(`http://127.0.0.1:${String(listener.port)}${path}`)).status;
  expect([await status('/healthz'), await status('/readyz')]).toEqual([200, 503]);
  ready = true;
  expect(await status('/readyz')).toBe(200);
  await listener.close(1);
  await server.close();
});

test.each(['1', '2'])(
  'a first start of %s process(es) is ready only when its credentials were printed',
  async (WORKERS) => {
    const shell = await openCommandLine();
    const PORT = String(await freePort());
    const issuer = `http://localhost:${PORT}`;
    const environment = { ...shell.environment, PORT, ISSUER: issuer, WORKERS };
    const server = new PosternProcess(['serve'], environment);
    let over = false;
    void server.ended.then(() => (over = true));
    const isReady = () =>
      fetch(`${issuer}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
    while (!over && !(await isReady())) await sleep(2);
    // What was printed before the answer was sent has arrived before it, but may not have been read.
    await sleep(0);
    expect(server.stdout).toContain('shown once');
    expect(await server.end('SIGTERM')).toEqual({ code: 0, signal: null });
    await shell.database.drop();
  },
);
