import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Delivery } from '../../../src/platform/outbox/outbox-message.js';
import { dump } from '../../harness/database/dump.js';
import { eventually } from '../../harness/common/eventually.js';
import { TestOutbox } from '../../harness/nodes/test-outbox.js';
import type { TestServer } from '../../harness/nodes/test-server.js';

let queue: TestOutbox;
let server: TestServer;
beforeAll(async () => {
  queue = await TestOutbox.create();
  server = queue.server;
});
afterEach(() => queue.clear());
afterAll(() => server.close());

test('a message is delivered after the commit, at once in this process and within a second in others', async () => {
  const delivered: Delivery[] = [];
  const { outbox } = queue.node(async (delivery) => void delivered.push(delivery));
  await sleep(100);
  const started = performance.now();
  const id = await queue.enqueue({ to: 'Anna' }, undefined, outbox);
  await eventually(() => {
    expect(delivered).toHaveLength(1);
    return true;
  });
  expect(performance.now() - started).toBeLessThan(700);
  expect(delivered[0]).toMatchObject({ id, payload: { to: 'Anna' }, attempt: 1 });
  await queue.enqueue('from another process');
  await eventually(() => {
    expect(delivered).toHaveLength(2);
    return true;
  }, 3_000);
  await queue.untilEmpty();
});

test('nothing is sent of a transaction that is rolled back or whose process ends before the commit', async () => {
  const delivered: unknown[] = [];
  const { outbox } = queue.node(async ({ payload }) => void delivered.push(payload));
  const { database } = server.context;
  const failed = database.transaction(async (tx) => {
    await outbox.enqueue(tx, { kind: 'test', payload: 'rolled back' });
    throw new Error('changed my mind');
  });
  await expect(failed).rejects.toThrow('changed my mind');
  const ended = database.transaction(async (tx) => {
    await outbox.enqueue(tx, { kind: 'test', payload: 'connection ended' });
    await tx.raw('SELECT pg_terminate_backend(pg_backend_pid())');
  });
  await expect(ended).rejects.toThrow();
  await queue.enqueue('committed', undefined, outbox);
  await eventually(() => {
    expect(delivered).toEqual(['committed']);
    return true;
  });
  await sleep(1_200);
  expect(delivered).toEqual(['committed']);
});

test('messages of one key are delivered in order, one at a time; other keys do not wait for them', async () => {
  const order: string[] = [];
  let together = 0;
  let atOnce = 0;
  const deliver = async ({ payload }: Delivery) => {
    const { key, n } = payload as { key: string; n: number };
    if (key === 'slow' && ++together > 1) throw new Error('two of one key at a time');
    await sleep(key === 'slow' ? 60 : 5);
    if (key === 'slow') together--;
    atOnce = Math.max(atOnce, together);
    order.push(`${key} ${String(n)}`);
  };
  for (let n = 0; n < 8; n++) await queue.enqueue({ key: 'slow', n }, 'slow');
  for (let n = 0; n < 8; n++) await queue.enqueue({ key: 'other', n }, `other ${String(n)}`);
  queue.node(deliver);
  queue.node(deliver);
  await queue.untilEmpty();
  const slow = order.filter((entry) => entry.startsWith('slow'));
  expect(slow).toEqual(Array.from({ length: 8 }, (_, n) => `slow ${String(n)}`));
  expect(order.indexOf('slow 7')).toBe(15);
});

test('a receiver gets no more at once than the handler says, and a backlog for it holds up no other', async () => {
  await queue.enqueueTo(
    'hanging',
    Array.from({ length: 1_200 }, () => 'hanging'),
  );
  for (const receiver of ['first', 'second']) await queue.enqueueTo(receiver, [receiver, receiver, receiver]);
  const delivered: unknown[] = [];
  const ends: (() => void)[] = [];
  const deliver = async ({ payload }: Delivery) => {
    delivered.push(payload);
    if (payload === 'hanging') await new Promise<void>((resolve) => ends.push(resolve));
  };
  queue.node(deliver, { atOnce: 4, atOncePerReceiver: 2 });
  const others = () => delivered.filter((payload) => payload !== 'hanging');
  await eventually(() => others().length === 6);
  expect(delivered).toHaveLength(8);
  ends.shift()?.();
  await eventually(() => ends.length === 2);
  expect(delivered).toHaveLength(9);
  await server.database.pool.query('DELETE FROM outbox');
  ends.forEach((end) => end());
});

test('a hundred messages enqueued at once are delivered once each by two nodes', async () => {
  const delivered: unknown[] = [];
  const deliver = async ({ payload }: Delivery) => {
    await sleep(Math.random() * 20);
    delivered.push(payload);
  };
  const nodes = [queue.node(deliver), queue.node(deliver)];
  const numbers = Array.from({ length: 100 }, (_, n) => n);
  await Promise.all(
    numbers.map((n) =>
      queue.enqueue(n, n % 3 === 0 ? `key ${String(n % 4)}` : undefined, nodes[n % 2]?.outbox),
    ),
  );
  await queue.untilEmpty();
  expect(delivered.sort((a, b) => Number(a) - Number(b))).toEqual(numbers);
});

test('messages of a kind that this process does not know are left to others', async () => {
  const { outbox, database } = server.context;
  await database.transaction((tx) => outbox.enqueue(tx, { kind: 'of a newer version', payload: 1 }));
  const delivered: unknown[] = [];
  const own = queue.node(async ({ payload }) => void delivered.push(payload));
  await queue.enqueue('known', undefined, own.outbox);
  await eventually(() => {
    expect(delivered).toEqual(['known']);
    return true;
  });
  await eventually(async () => {
    expect(await outbox.counts()).toMatchObject({ waiting: 1 });
    return true;
  });
});

test('a stolen dump shows neither the payload nor the ordering key, and a row cannot be passed off as another', async () => {
  const secret = `secret-${randomUUID()}`;
  await queue.enqueue({ token: secret }, `key ${secret}`);
  await queue.enqueue({ token: 'another' });
  const { text } = await dump(server.database.url);
  expect(text).not.toContain(secret);
  expect(text).not.toContain(Buffer.from(secret).toString('hex'));

  const { pool } = server.database;
  await pool.query(
    'UPDATE outbox AS a SET payload = b.payload FROM outbox AS b WHERE a.position <> b.position',
  );
  const delivered: unknown[] = [];
  queue.node(async ({ payload }) => void delivered.push(payload));
  await queue.untilEmpty();
  expect(delivered).toEqual([]);
  expect(await server.context.outbox.counts()).toMatchObject({ dead: 2 });
});
