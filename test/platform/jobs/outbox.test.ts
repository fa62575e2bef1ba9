import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import {
  DeliveryError,
  type Delivery,
  type OutboxHandler,
} from '../../../src/platform/jobs/outbox-message.js';
import { OutboxRepository } from '../../../src/platform/jobs/outbox.repository.js';
import { OutboxService } from '../../../src/platform/jobs/outbox.service.js';
import { type OutboxWorker, startOutboxWorker } from '../../../src/platform/jobs/outbox-worker.js';
import { nodeJobs } from '../../../src/server/job-list.js';
import { deadLetters } from '../../harness/database/dead-letters.js';
import { dump } from '../../harness/database/dump.js';
import { eventually } from '../../harness/common/eventually.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

const QUICK = { attempts: 3, firstDelay: 0.05, longestDelay: 0.1 };

let server: TestServer;
const workers: OutboxWorker[] = [];
beforeAll(async () => {
  server = await startTestServer();
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop(5)));
  await server.database.pool.query('DELETE FROM outbox');
});
afterAll(() => server.close());

/** A process that delivers messages of the kind `test` with this function, as another node does. */
function node(deliver: OutboxHandler['deliver'], retries = QUICK) {
  const { database, log, vault } = server.context;
  const outbox = new OutboxService(new OutboxRepository(database), vault, log);
  outbox.handle({ kind: 'test', retries, deliver });
  const worker = startOutboxWorker({ outbox, log });
  workers.push(worker);
  return { outbox, worker };
}

function enqueue(payload: unknown, orderingKey?: string, outbox = server.context.outbox): Promise<string> {
  const message = { kind: 'test', payload, ...(orderingKey === undefined ? {} : { orderingKey }) };
  return server.context.database.transaction((tx) => outbox.enqueue(tx, message));
}

async function empty(): Promise<void> {
  await eventually(async () => {
    expect(await server.context.outbox.counts()).toMatchObject({ waiting: 0 });
    return true;
  });
}

test('a message is delivered after the commit, at once in this process and within a second in others', async () => {
  const delivered: Delivery[] = [];
  const { outbox } = node(async (delivery) => void delivered.push(delivery));
  await sleep(100);
  const started = performance.now();
  const id = await enqueue({ to: 'Anna' }, undefined, outbox);
  await eventually(() => {
    expect(delivered).toHaveLength(1);
    return true;
  });
  expect(performance.now() - started).toBeLessThan(700);
  expect(delivered[0]).toMatchObject({ id, payload: { to: 'Anna' }, attempt: 1 });
  await enqueue('from another process');
  await eventually(() => {
    expect(delivered).toHaveLength(2);
    return true;
  }, 3_000);
  await empty();
});

test('nothing is sent of a transaction that is rolled back or whose process ends before the commit', async () => {
  const delivered: unknown[] = [];
  const { outbox } = node(async ({ payload }) => void delivered.push(payload));
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
  await enqueue('committed', undefined, outbox);
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
  for (let n = 0; n < 8; n++) await enqueue({ key: 'slow', n }, 'slow');
  for (let n = 0; n < 8; n++) await enqueue({ key: 'other', n }, `other ${String(n)}`);
  node(deliver);
  node(deliver);
  await empty();
  const slow = order.filter((entry) => entry.startsWith('slow'));
  expect(slow).toEqual(Array.from({ length: 8 }, (_, n) => `slow ${String(n)}`));
  expect(order.indexOf('slow 7')).toBe(15);
});

test('a message that fails is tried again before the next of its key', async () => {
  const tried: unknown[] = [];
  for (const payload of ['first', 'second']) await enqueue(payload, 'one key');
  node(async ({ payload, attempt }) => {
    tried.push([payload, attempt]);
    if (payload === 'first' && attempt < 3) throw new DeliveryError('the receiver is away');
  });
  await empty();
  expect(tried).toEqual([
    ['first', 1],
    ['first', 2],
    ['first', 3],
    ['second', 1],
  ]);
});

test('a message that always fails becomes a dead letter, is logged, lets the next one pass, and is purged later', async () => {
  const delivered: unknown[] = [];
  const id = await enqueue('poison', 'key of the poison');
  await enqueue('next', 'key of the poison');
  node(async ({ payload }) => {
    if (payload === 'poison') throw new DeliveryError('the receiver answered 500');
    delivered.push(payload);
  });
  await empty();
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
  node(async ({ payload }) => {
    if (payload === 'final') throw new DeliveryError('the receiver refused it', { final: true });
    throw new TypeError(`cannot read ${String(payload)}`);
  });
  await enqueue('final');
  await enqueue('secret-in-an-error');
  await empty();
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
  await enqueue('killer');
  await server.database.pool.query('UPDATE outbox SET attempts = 3');
  node(async ({ payload }) => void delivered.push(payload));
  await empty();
  expect(delivered).toEqual([]);
  expect((await deadLetters(server.database)).slice(0, 1)).toMatchObject([
    { lastError: 'the last attempt did not end' },
  ]);
});

test('a stolen dump shows neither the payload nor the ordering key, and a row cannot be passed off as another', async () => {
  const secret = `secret-${randomUUID()}`;
  await enqueue({ token: secret }, `key ${secret}`);
  await enqueue({ token: 'another' });
  const { text } = await dump(server.database.url);
  expect(text).not.toContain(secret);
  expect(text).not.toContain(Buffer.from(secret).toString('hex'));

  const { pool } = server.database;
  await pool.query(
    'UPDATE outbox AS a SET payload = b.payload FROM outbox AS b WHERE a.position <> b.position',
  );
  const delivered: unknown[] = [];
  node(async ({ payload }) => void delivered.push(payload));
  await empty();
  expect(delivered).toEqual([]);
  expect(await server.context.outbox.counts()).toMatchObject({ dead: 2 });
});

test('a hundred messages enqueued at once are delivered once each by two nodes', async () => {
  const delivered: unknown[] = [];
  const deliver = async ({ payload }: Delivery) => {
    await sleep(Math.random() * 20);
    delivered.push(payload);
  };
  const nodes = [node(deliver), node(deliver)];
  const numbers = Array.from({ length: 100 }, (_, n) => n);
  await Promise.all(
    numbers.map((n) => enqueue(n, n % 3 === 0 ? `key ${String(n % 4)}` : undefined, nodes[n % 2]?.outbox)),
  );
  await empty();
  expect(delivered.sort((a, b) => Number(a) - Number(b))).toEqual(numbers);
});

test('a worker that stops ends what it has begun and leaves the rest to others', async () => {
  const delivered: unknown[] = [];
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const { worker, outbox } = node(async ({ payload }) => {
    begin();
    await sleep(300);
    delivered.push(payload);
  });
  for (const n of [0, 1, 2]) await enqueue(n, 'one key', outbox);
  await begun;
  await worker.stop(5);
  expect(delivered).toEqual([0]);
  expect(await server.context.outbox.counts()).toMatchObject({ waiting: 2 });
  node(async ({ payload }) => void delivered.push(payload));
  await empty();
  expect(delivered).toEqual([0, 1, 2]);
});

test('a worker that stops does not wait longer than it may; the message is delivered when its lease has ended', async () => {
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const { worker, outbox } = node(() => new Promise(begin));
  await enqueue('late', undefined, outbox);
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

test('messages of a kind that this process does not know are left to others', async () => {
  const { outbox, database } = server.context;
  await database.transaction((tx) => outbox.enqueue(tx, { kind: 'of a newer version', payload: 1 }));
  const delivered: unknown[] = [];
  const own = node(async ({ payload }) => void delivered.push(payload));
  await enqueue('known', undefined, own.outbox);
  await eventually(() => {
    expect(delivered).toEqual(['known']);
    return true;
  });
  await eventually(async () => {
    expect(await outbox.counts()).toMatchObject({ waiting: 1 });
    return true;
  });
});

test('a database that is away is reported once, and messages are delivered when it is back', async () => {
  const delivered: unknown[] = [];
  node(async ({ payload }) => void delivered.push(payload));
  const name = new URL(server.database.url.replace('@/', '@localhost/')).pathname.slice(1);
  await server.database.pool.query('ALTER TABLE outbox RENAME TO outbox_away');
  await eventually(() => {
    expect(server.logs()).toContain('the outbox cannot be read');
    return true;
  });
  await sleep(2_500);
  expect(server.logs().split('the outbox cannot be read, messages wait')).toHaveLength(2);
  await server.database.pool.query('ALTER TABLE outbox_away RENAME TO outbox');
  await enqueue(name);
  await eventually(() => {
    expect(delivered).toEqual([name]);
    return true;
  });
  expect(server.logs()).toContain('the outbox can be read again');
});
