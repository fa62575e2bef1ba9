import { readFile } from 'node:fs/promises';
import { processStartTime } from '../../../src/platform/embedded-database/process-identity.js';

/** The processes that this one started and that have not ended. Linux only. */
export async function childrenOf(pid: number): Promise<number[]> {
  const path = `/proc/${String(pid)}/task/${String(pid)}/children`;
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.split(' ').filter(Boolean).map(Number);
}

/** SIGKILL for a server of PostgreSQL and its children at once, as when the machine fails. */
export async function killPostgres(postmaster: number): Promise<void> {
  const children = await childrenOf(postmaster);
  for (const pid of [postmaster, ...children]) kill(pid);
}

/** SIGKILL, unless it has ended already. Throws RangeError for what names a group of processes, this one's with 0. */
export function kill(pid: number): void {
  if (!(pid > 0)) throw new RangeError(`${String(pid)} is not the number of a process`);
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It was quicker.
  }
}

/** The process of PostgreSQL that runs in this data directory; undefined while there is none. */
export async function postmasterOf(pgdata: string): Promise<number | undefined> {
  const text = await readFile(`${pgdata}/postmaster.pid`, 'utf8').catch(() => '');
  const pid = Number.parseInt(text, 10);
  return pid > 0 && (await processStartTime(pid)) !== undefined ? pid : undefined;
}
