import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { DeliveryError } from '../../../src/platform/outbox/outbox-message.js';
import { nodeJobs } from '../../../src/server/job-list.js';
import { deadLetters } from '../../harness/database/dead-letters.js';
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

test('a message that fails is tried again before the next of its key', async () => {
  const tried: unknown[] = [];
  for (const payload of ['first', 'second']) await queue.enqueue(payload, 'one key');
  queue.node(async ({ payload, attempt }) => {
    tried.push([payload, attempt]);
    if (payload === 'first' && attempt < 3) throw new DeliveryError('the receiver is away');
  });
  await queue.untilEmpty();
  expect(tried).toEqual([
    ['first', 1],
    ['first', 2],
    ['first', 3],
    ['second', 1],
  ]);
});

test('a message that always fails becomes a dead letter, is logged, lets the next one pass, and is purged later', async () => {
  const delivered: unknown[] = [];
  const id = await queue.enqueue('poison', 'key of the poison');
  await queue.enqueue('next', 'key of the poison');
  queue.node(async ({ payload }) => {
    if (payload === 'poison') throw new DeliveryError('the receiver answered 500');
    delivered.push(payload);
  });
  await queue.untilEmpty();
  expect(delivered).toEqual(['next']);
  const { outbox } = server.context;
  expect(await outbox.counts()).toEqual({ waiting: 0, dead: 1, oldestSeconds: 0 });
  expect(await deadLetters(server.database)).toMatchObject([
    { id, kind: 'test', attempts: 3, lastError: 'the receiver answered 500' },
  ]);
  const lines = server.logs().split('\n');
  const warned = lines.filter((line) => line.includes('is now a dead letter') && line.includes(id));
  expect(warned).toHaveLength(1);
  expect(warned[0]).toContain('"level":40');

  const purge = nodeJobs(server.context).find(({ name }) => name === 'purge dead letters');
  await purge?.run(new AbortController().signal);
  expect(await outbox.counts()).toMatchObject({ dead: 1 });
  await server.database.pool.query("UPDATE outbox SET dead_at = now() - interval '31 days'");
  await purge?.run(new AbortController().signal);
  expect(await outbox.counts()).toMatchObject({ dead: 0 });
});

test('a final failure is not retried, and the text of an unexpected error is not stored', async () => {
  queue.node(async ({ payload }) => {
    if (payload === 'final') throw new DeliveryError('the receiver refused it', { final: true });
    throw new TypeError(`cannot read ${String(payload)}`);
  });
  await queue.enqueue('final');
  await queue.enqueue('secret-in-an-error');
  await queue.untilEmpty();
  const letters = await deadLetters(server.database);
  expect(letters.map(({ attempts, lastError }) => [attempts, lastError])).toEqual(
    expect.arrayContaining([
      [1, 'the receiver refused it'],
      [3, 'TypeError'],
    ]),
  );
});

test('a process that ends during the last attempt leaves a dead letter, not a message that kills every process', async () => {
  const delivered: unknown[] = [];
  await queue.enqueue('killer');
  await server.database.pool.query('UPDATE outbox SET attempts = 3');
  queue.node(async ({ payload }) => void delivered.push(payload));
  await queue.untilEmpty();
  expect(delivered).toEqual([]);
  expect((await deadLetters(server.database)).slice(0, 1)).toMatchObject([
    { lastError: 'the last attempt did not end' },
  ]);
});

test('a worker that stops ends what it has begun and leaves the rest to others', async () => {
  const delivered: unknown[] = [];
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const { worker, outbox } = queue.node(async ({ payload }) => {
    begin();
    await sleep(300);
    delivered.push(payload);
  });
  for (const n of [0, 1, 2]) await queue.enqueue(n, 'one key', outbox);
  await begun;
  await worker.stop(5);
  expect(delivered).toEqual([0]);
  expect(await server.context.outbox.counts()).toMatchObject({ waiting: 2 });
  queue.node(async ({ payload }) => void delivered.push(payload));
  await queue.untilEmpty();
  expect(delivered).toEqual([0, 1, 2]);
});

test('a worker that stops does not wait longer than it may; the message is delivered when its lease has ended', async () => {
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const { worker, outbox } = queue.node(() => new Promise(begin));
  await queue.enqueue('late', undefined, outbox);
  await begun;
  const started = performance.now();
  await worker.stop(0.2);
  expect(performance.now() - started).toBeLessThan(2_000);
  const { rows } = await server.database.pool.query<{ seconds: number }>(
    'SELECT extract(epoch FROM due_at - now())::float8 AS seconds FROM outbox',
  );
  expect(rows[0]?.seconds).toBeGreaterThan(50);
  expect(rows[0]?.seconds).toBeLessThanOrEqual(60);
});

test('a database that is away is reported once, and messages are delivered when it is back', async () => {
  const delivered: unknown[] = [];
  queue.node(async ({ payload }) => void delivered.push(payload));
  const name = new URL(server.database.url.replace('@/', '@localhost/')).pathname.slice(1);
  await server.database.pool.query('ALTER TABLE outbox RENAME TO outbox_away');
  await eventually(() => {
    expect(server.logs()).toContain('the outbox cannot be read');
    return true;
  });
  await sleep(2_500);
  expect(server.logs().split('the outbox cannot be read, messages wait')).toHaveLength(2);
  await server.database.pool.query('ALTER TABLE outbox_away RENAME TO outbox');
  await queue.enqueue(name);
  await eventually(() => {
    expect(delivered).toEqual([name]);
    return true;
  });
  expect(server.logs()).toContain('the outbox can be read again');
});
