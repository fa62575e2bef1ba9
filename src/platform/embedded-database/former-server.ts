import { once } from 'node:events';
import * as fs from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ignore } from '../files/file-errors.js';
import { isListed, processStartTime } from './process-identity.js';

const DEADLINE_MS = 20_000;
/** How long an interrupted server may take to end in order. */
const ORDERLY_END_MS = 10_000;

/** What the process that postmaster.pid names is. */
type FormerServer = 'none' | 'ended' | 'uncollected' | 'other program' | 'running' | 'unknown';

/**
 * Prepares the directory of a database for a new server: PostgreSQL refuses to start while postmaster.pid names a process.
 *
 * | postmaster.pid names                                    | Then                                                      |
 * | ------------------------------------------------------- | --------------------------------------------------------- |
 * | no process (there is no such file)                      | nothing                                                   |
 * | a process that has ended                                | nothing: PostgreSQL sees that and removes the file        |
 * | one that has ended and that its parent has not collected | remove the lock files: PostgreSQL takes it for running   |
 * | another program, which got the pid of a crashed server  | remove the lock files                                     |
 * | a server of this directory                              | interrupt it and wait: it lost its owner, or is stopping; |
 * |                                                         | after 10 seconds end it at once, as a crash would         |
 * | a process of which the system does not tell the command | wait until it ends                                        |
 *
 * PostgreSQL 18 can wait for ever when it is interrupted while it recovers from a crash of one of its processes. After 20
 * seconds the start goes on, and PostgreSQL's own check decides. Throws when a server answers at the socket that
 * is not in the list of processes, such as one in another container that shares this directory.
 */
export async function awaitFormerServer(root: string, socket: string): Promise<void> {
  const pgdata = join(root, 'pgdata');
  const started = Date.now();
  const signals: NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];
  for (let next = started; Date.now() < started + DEADLINE_MS; await sleep(50)) {
    const { pid, state } = await formerServer(pgdata);
    if (state === 'none' || state === 'ended') break;
    if (state === 'uncollected' || state === 'other program') {
      await removeLockFiles(pgdata, socket);
      break;
    }
    if (state === 'running' && Date.now() >= next) {
      const signal = signals.shift();
      if (signal) process.kill(pid, signal);
      next = Date.now() + ORDERLY_END_MS;
    }
  }
  if (await answers(socket)) throw new Error(`A server that this process cannot see runs in ${root}.`);
}

async function formerServer(pgdata: string): Promise<{ pid: number; state: FormerServer }> {
  const text = await fs.readFile(lockFile(pgdata), 'utf8').catch(ignore('ENOENT'));
  const pid = Number.parseInt(text ?? '', 10);
  if (!(pid > 0)) return { pid, state: 'none' };
  if ((await processStartTime(pid)) === undefined) {
    return { pid, state: isListed(pid) ? 'uncollected' : 'ended' };
  }
  const command = await fs.readFile(`/proc/${String(pid)}/cmdline`, 'utf8').catch(() => undefined);
  if (command === undefined) return { pid, state: 'unknown' };
  return { pid, state: command.split('\0').includes(pgdata) ? 'running' : 'other program' };
}

async function removeLockFiles(pgdata: string, socket: string): Promise<void> {
  if (await answers(socket)) return;
  await fs.rm(`${socket}.lock`, { force: true });
  await fs.rm(lockFile(pgdata), { force: true });
}

function lockFile(pgdata: string): string {
  return join(pgdata, 'postmaster.pid');
}

/** Whether a server listens there. */
async function answers(path: string): Promise<boolean> {
  const socket = connect(path);
  const connected = once(socket, 'connect').then(
    () => true,
    () => false,
  );
  return connected.finally(() => socket.destroy());
}
