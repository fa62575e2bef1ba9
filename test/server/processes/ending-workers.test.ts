import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { cpuOf } from '../../../bench/load/process-tree.js';
import { eventually } from '../../harness/common/eventually.js';
import { gone, Installation } from '../../harness/nodes/installation.js';
import { killAll, type PosternProcess } from '../../harness/nodes/postern-process.js';
import {
  beginRequest,
  health,
  linesOf,
  onEach,
  untilAnswering,
  workersOf,
} from '../../harness/nodes/workers.js';

let home: Installation;
beforeAll(async () => {
  home = await Installation.create({ WORKERS: '2', DATABASE_TIMEOUT: '20' });
  await (await home.serve()).end('SIGTERM');
});
afterAll(async () => {
  await killAll();
  await home.remove();
});

/** Whether a process has run for a while, and does not now. */
async function waits(pid: number): Promise<boolean> {
  const before = cpuOf(pid);
  await sleep(300);
  return before > 200_000 && cpuOf(pid) === before;
}

/** One server for the tests that lose only workers. */
let running: Promise<PosternProcess> | undefined;
const shared = () => (running ??= home.serve());

test('workers that are killed are replaced, and meanwhile callers are answered by others or wait', async () => {
  const server = await shared();
  const [first = 0, second = 0] = await workersOf(server);
  process.kill(first, 'SIGKILL');
  await gone(first, 10_000);
  for (let index = 0; index < 10; index++) expect((await health(home)).status).toBe(200);
  await untilAnswering(home, server, (pid) => pid !== first && pid !== second);
  expect(linesOf(server, 'a worker ended and is replaced')).toMatchObject([
    { worker: first, how: 'SIGKILL' },
  ]);

  const workers = await workersOf(server);
  for (const pid of workers) process.kill(pid, 'SIGKILL');
  for (const pid of workers) await gone(pid, 10_000);
  const answers = await Promise.all([health(home), health(home), health(home)]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
});

test('a worker that is asked to end answers what it has, and is replaced', async () => {
  const server = await shared();
  const [first = 0, second = 0] = await workersOf(server);
  const held = await Promise.all([beginRequest(home), beginRequest(home)]);
  process.kill(first, 'SIGTERM');
  await untilAnswering(home, server, (pid) => pid === second);
  for (const finish of held) expect(await finish()).toBe(400);
  await gone(first, 10_000);
  await untilAnswering(home, server, (pid) => pid !== first && pid !== second);
});

test('a worker that is asked to end while it starts ends, too, and is replaced', async () => {
  const server = await shared();
  const before = await workersOf(server);
  const database = (await home.databasePid()) ?? 0;
  expect(database).toBeGreaterThan(0);
  // It has to wait for the database then.
  process.kill(database, 'SIGSTOP');
  let started: number;
  try {
    process.kill(before[0] ?? 0, 'SIGKILL');
    started = await eventually(async () => {
      const [pid] = (await workersOf(server)).filter((one) => !before.includes(one));
      return pid !== undefined && (await waits(pid)) && pid;
    });
    process.kill(started, 'SIGTERM');
  } finally {
    process.kill(database, 'SIGCONT');
  }
  await gone(started, 10_000);
  await eventually(() =>
    linesOf(server, 'a worker ended and is replaced').some(
      ({ worker, how }) => worker === started && how === 'exit code 0',
    ),
  );
  await onEach(server, await workersOf(server), async () => expect((await health(home)).status).toBe(200));
});

test('a worker that cannot be replaced yet is tried again', async () => {
  const server = await shared();
  const [first = 0] = await workersOf(server);
  const key = join(home.directory, 'encryption.key');
  await rename(key, `${key}.away`);
  process.kill(first, 'SIGKILL');
  await server.says('a worker could not be replaced yet');
  expect((await health(home)).status).toBe(200);
  await rename(`${key}.away`, key);
  await onEach(server, await workersOf(server), async () => expect((await health(home)).status).toBe(200));
});

test('when the first process is killed, nothing is left: no worker, no database, nobody at the port', async () => {
  const server = await shared();
  const workers = await workersOf(server);
  const database = (await home.databasePid()) ?? 0;
  expect(database).toBeGreaterThan(0);
  expect((await health(home)).status).toBe(200);
  server.child.kill('SIGKILL');
  for (const pid of [...workers, database]) await gone(pid, 20_000);
  await expect(health(home)).rejects.toThrow();
  await server.ended;
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s under load: what is in flight on any worker is answered, and all end in order',
  async (signal) => {
    const server = await home.serve();
    const workers = await workersOf(server);
    const held = await Promise.all(Array.from({ length: 20 }, () => beginRequest(home)));
    const statuses = new Set([(await health(home)).status]);
    const tooLong = AbortSignal.timeout(30_000);
    const load = Array.from({ length: 4 }, async () => {
      while (!tooLong.aborted) {
        const answer = await health(home).catch(() => undefined);
        if (!answer) return;
        statuses.add(answer.status);
      }
    });
    // As a terminal does on Ctrl-C, and some service managers on a stop: every process gets the signal.
    for (const pid of signal === 'SIGINT' ? workers : []) process.kill(pid, signal);
    server.child.kill(signal);
    await server.says('"stopping"');
    await Promise.all(load);
    await expect(health(home)).rejects.toThrow();
    const answers = await Promise.all(held.map((finish) => finish()));
    expect(answers).toEqual(held.map(() => 400));
    expect([...statuses]).toEqual([200]);
    expect(await server.ended).toEqual({ code: 0, signal: null });
    for (const pid of workers) await gone(pid, 0);
    expect(await home.databasePid()).toBeUndefined();
  },
);
