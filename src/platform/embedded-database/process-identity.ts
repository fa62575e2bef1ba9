import * as fs from 'node:fs/promises';
import { codeOf } from '../files/file-errors.js';

/**
 * The boot and the tick at which a process started, which tell it from a later process with the same pid. undefined: it
 * does not run; empty: it runs, and the system does not tell since when.
 */
export async function processStartTime(pid: number): Promise<string | undefined> {
  if (!isListed(pid)) return undefined;
  const stat = await fs.readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => '');
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (state === 'Z' || state === 'X') return undefined;
  const boot = await fs.readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  return fields[18] === undefined ? '' : `${boot.trim()} ${fields[18]}`;
}

/** Whether the system lists the process: it runs, or has ended and its parent has not collected its exit status. */
export function isListed(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}
