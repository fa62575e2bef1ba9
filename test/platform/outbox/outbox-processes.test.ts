import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { logoutMessage } from '../../../src/identity/sessions/logout-messages.js';
import { startOutboxWorker } from '../../../src/platform/outbox/outbox-worker.js';
import { eventually } from '../../harness/common/eventually.js';
import { type LogoutReceiver, startLogoutReceiver } from '../../harness/outside/logout-receiver.js';
import { killAll, PosternProcess } from '../../harness/nodes/postern-process.js';
import { obtainTokens, relyingParty } from '../../harness/protocol/relying-party.js';
import { confirmSignOut, openSignOut } from '../../harness/pages/sign-out.js';
import { freePort, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let server: TestServer;
const receivers: LogoutReceiver[] = [];
beforeAll(async () => {
  server = await startTestServer();
});
afterEach(async () => {
  await killAll();
  await Promise.all(receivers.splice(0).map((receiver) => receiver.close()));
  await server.database.pool.query('DELETE FROM outbox');
});
afterAll(() => server.close());

/** Another node, which delivers. */
async function startNode(settings: Record<string, string> = {}): Promise<PosternProcess> {
  const process = new PosternProcess(['serve'], {
    ISSUER: server.issuer,
    TRUSTED_PROXIES: '1',
    PORT: String(await freePort()),
    DATABASE_URL: server.database.url,
    ENCRYPTION_KEY: server.context.settings.encryptionKey?.reveal() ?? '',
    ...settings,
  });
  await process.says('"listening"');
  return process;
}

async function subscriber(status: number | 'never') {
  const receiver = await startLogoutReceiver(status);
  receivers.push(receiver);
  return { receiver, client: await server.register({ backchannel_logout_uri: receiver.uri }) };
}

function enqueue(clientId: string): Promise<string> {
  const { database, outbox } = server.context;
  const message = logoutMessage({ clientId, accountId: randomUUID(), sid: randomUUID() });
  return database.transaction((tx) => outbox.enqueue(tx, message));
}

interface Waiting {
  attempts: number;
  leased: boolean;
  seconds: number;
}

async function waiting(): Promise<Waiting[]> {
  const { rows } = await server.database.pool.query<Waiting>(
    `SELECT attempts, lease_owner IS NOT NULL AS leased, extract(epoch FROM due_at - now())::float8 AS seconds
     FROM outbox WHERE dead_at IS NULL`,
  );
  return rows;
}

test('what a killed node had delivered and not recorded is delivered again by another, when the lease has ended', async () => {
  const node = await startNode();
  const { receiver, client } = await subscriber('never');
  const agent = new UserAgent();
  const config = await relyingParty(server, client);
  await obtainTokens(config, await server.person(), { scope: 'openid' }, agent);
  await confirmSignOut(agent, await openSignOut(config, agent));
  await eventually(() => {
    expect(receiver.tokens).toHaveLength(1);
    return true;
  });
  await node.end('SIGKILL');
  await receiver.close();
  const back = await startLogoutReceiver(200, receiver.port);
  receivers.push(back);

  const other = startOutboxWorker(server.context);
  try {
    await sleep(1_500);
    expect(back.tokens).toEqual([]);
    const [row] = await waiting();
    expect(row).toMatchObject({ attempts: 1, leased: true });
    expect(row?.seconds).toBeGreaterThan(40);
    expect(row?.seconds).toBeLessThanOrEqual(60);
    await server.database.pool.query("UPDATE outbox SET due_at = due_at - interval '60 seconds'");
    await eventually(() => {
      expect(back.tokens).toHaveLength(1);
      return true;
    });
    expect(decodeJwt(back.tokens[0] ?? '').jti).toBe(decodeJwt(receiver.tokens[0] ?? '').jti);
    await eventually(async () => {
      expect(await waiting()).toEqual([]);
      return true;
    });
  } finally {
    await other.stop(5);
  }
});

test('a node that is asked to stop records how the delivery under way ended, and ends in order', async () => {
  const node = await startNode();
  const { receiver, client } = await subscriber('never');
  await enqueue(client.client_id);
  await eventually(() => {
    expect(receiver.tokens).toHaveLength(1);
    return true;
  });
  expect(await node.end('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(await waiting()).toMatchObject([{ attempts: 1, leased: false }]);
  expect(node.stderr).not.toContain('"level":"error"');
});

test('the worker processes of a node deliver', async () => {
  const node = await startNode({ WORKERS: '2' });
  const { receiver, client } = await subscriber(200);
  await Promise.all(Array.from({ length: 20 }, () => enqueue(client.client_id)));
  await eventually(() => {
    expect(receiver.tokens).toHaveLength(20);
    return true;
  });
  await eventually(async () => {
    expect(await waiting()).toEqual([]);
    return true;
  });
  expect(receiver.tokens).toHaveLength(20);
  expect(await node.end('SIGTERM')).toEqual({ code: 0, signal: null });
});

test('a node on the internet sends nothing to internal addresses', async () => {
  const { receiver, client } = await subscriber(200);
  const node = await startNode({ ISSUER: 'https://id.example' });
  await enqueue(client.client_id);
  await eventually(() => {
    expect(node.stderr).toContain('could not be reached');
    return true;
  });
  expect(await waiting()).toMatchObject([{ attempts: 1, leased: false }]);
  expect(node.stderr).toContain('could not be reached: ForbiddenAddressError');
  expect(receiver.tokens).toEqual([]);
});
