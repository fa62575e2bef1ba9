import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { expect, test } from '@jest/globals';
import { startTestServer } from '../../harness/nodes/test-server.js';

test.each([
  ['0', 'timeout=5'],
  ['1', 'timeout=65'],
])('with TRUSTED_PROXIES=%s an idle connection is kept for a %s', async (TRUSTED_PROXIES, expected) => {
  const server = await startTestServer({ env: { TRUSTED_PROXIES } });
  const agent = new Agent({ keepAlive: true });
  try {
    const [answer] = (await once(get(`${server.origin}/livez`, { agent }), 'response')) as [IncomingMessage];
    answer.resume();
    expect(answer.headers['keep-alive']).toBe(expected);
  } finally {
    agent.destroy();
    await server.close();
  }
});
