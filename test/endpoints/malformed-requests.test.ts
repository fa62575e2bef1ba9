import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MalformedRequests } from '../harness/hostile/malformed-requests.js';
import { properRequests } from '../harness/hostile/proper-requests.js';
import { startTestServer, type TestServer } from '../harness/nodes/test-server.js';
import { basic, postForm } from '../harness/protocol/wire.js';
import { collectGarbage } from '../../src/server/processes/garbage.js';

const SEED = 20261126;
const WARM_UP = 500;
const REQUESTS = 2_000;
const AT_ONCE = 8;
/** How long an answer may take, in milliseconds. */
const BOUND = 10_000;
/** Bytes that may stay for each request, its log lines aside. */
const KEPT = 3_000;

let server: TestServer;
let requests: MalformedRequests;
beforeAll(async () => {
  server = await startTestServer({
    env: {
      REGISTRATION: 'open',
      REGISTRATION_ATTEMPTS: '10000',
      USER_CODE_ATTEMPTS: '10000',
      // A wrong password or secret costs a hash; beyond the limit it does not.
      SIGN_IN_ATTEMPTS_PER_ADDRESS: '3',
      CLIENT_SECRET_ATTEMPTS: '3',
    },
  });
  requests = new MalformedRequests(SEED, await properRequests(server));
});
afterAll(() => server.close());

/** Sends the bytes; all that comes back until the connection is closed, or `undefined` when it stays open. */
function exchange(bytes: Buffer, complete: boolean): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(server.origin).port), '127.0.0.1', () => socket.write(bytes));
    let answer = '';
    const timer = setTimeout(() => finish(undefined), complete ? BOUND : 300);
    const finish = (result: string | undefined) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
    socket.on('close', () => finish(answer));
    socket.on('error', () => finish(answer));
  });
}

/** Sends so many, counts the statuses, and throws with the request that was answered wrongly. */
async function send(count: number, statuses: Map<string, number>): Promise<void> {
  let left = count;
  const one = async () => {
    while (left-- > 0) {
      const { bytes, complete, text } = requests.next();
      const answer = await exchange(bytes, complete);
      const status = /^HTTP\/1\.1 (\d{3})/.exec(answer ?? '')?.[1] ?? 'none';
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      const [head = ''] = (answer ?? '').split('\r\n\r\n');
      const wrong =
        status.startsWith('5') || /^x-injected/im.test(head) || (complete && answer === undefined);
      if (wrong) throw new Error(`${status} is wrong:\n${head}\n\n${text}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

/** Bytes in use when everything that nothing refers to is gone, without the log that the test keeps. */
function heap(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed - server.logs().length;
}

test('malformed requests to all endpoints are refused, and leave nothing in memory', async () => {
  const statuses = new Map<string, number>();
  await send(WARM_UP, statuses);
  const before = heap();
  await send(REQUESTS, statuses);
  expect((heap() - before) / REQUESTS).toBeLessThan(KEPT);
  // That the requests were neither all good nor all bad.
  const all = ['200', '201', '303', '400', '401', '404', '405', '413', '415', '422', '429'];
  expect(Object.fromEntries(statuses)).toMatchObject(
    Object.fromEntries(all.map((status) => [status, expect.any(Number)])),
  );
  expect(server.logs()).not.toMatch(/"level":[56]0/);
  const client = await server.register({ grant_types: ['client_credentials'], redirect_uris: [] });
  const form = { grant_type: 'client_credentials' };
  expect((await postForm(`${server.origin}/oauth2/token`, form, basic(client))).status).toBe(200);
}, 120_000);
