import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { Agent, type IncomingMessage, request } from 'node:http';
import { expect } from '@jest/globals';
import { eventually } from '../common/eventually.js';
import type { PosternProcess } from './postern-process.js';

/** What the processes of a server have logged with this message. */
export function linesOf(server: PosternProcess, message: string): Record<string, unknown>[] {
  return server.stderr
    .split('\n')
    .slice(0, -1)
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ msg }) => msg === message);
}

/** The process ids of two workers of the server; waits for them. */
export async function workersOf(server: PosternProcess): Promise<number[]> {
  return eventually(async () => {
    const workers = await childrenOf(server.child.pid ?? 0);
    return workers.length === 2 && workers;
  });
}

async function childrenOf(parent: number): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      const [state, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const isWorker = Number(ppid) === parent && state !== 'Z' && command.split('\0').includes('worker');
      return isWorker ? Number(pid) : undefined;
    }),
  );
  return found.filter((pid) => pid !== undefined);
}

/** On a connection of its own, so that it may be another worker that answers. */
export const health = ({ issuer }: { issuer: string }) =>
  fetch(`${issuer}/healthz`, { headers: { connection: 'close' } });

/** Which processes answered, by the lines of the log after so many. */
export const answerers = (server: PosternProcess, from = 0): number[] => [
  ...new Set(
    linesOf(server, 'request')
      .slice(from)
      .map(({ pid }) => pid as number),
  ),
];

/** Asks the server, each time on a connection of its own, until a worker answers that `worker` is true of. */
export async function untilAnswering(
  { issuer }: { issuer: string },
  server: PosternProcess,
  worker: (pid: number) => boolean,
): Promise<void> {
  const from = linesOf(server, 'request').length;
  await eventually(async () => {
    expect((await health({ issuer })).status).toBe(200);
    return answerers(server, from).some(worker);
  });
}

/** Repeats the work until each worker has answered since. */
export async function onEach(
  server: PosternProcess,
  workers: number[],
  work: () => Promise<void>,
): Promise<void> {
  const from = linesOf(server, 'request').length;
  await eventually(async () => {
    await work();
    const seen = answerers(server, from);
    return workers.every((pid) => seen.includes(pid));
  });
}

/** Begins a token request, whose body a worker waits for; what is returned sends the rest and resolves with the status. */
export async function beginRequest({ issuer }: { issuer: string }): Promise<() => Promise<number>> {
  const body = 'grant_type=none';
  const sent = request(`${issuer}/oauth2/token`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': body.length,
      expect: '100-continue',
    },
    agent: new Agent({ keepAlive: true }),
  });
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  sent.flushHeaders();
  await once(sent, 'continue');
  return async () => {
    sent.end(body);
    const [answer] = await answered;
    answer.resume();
    return answer.statusCode ?? 0;
  };
}
