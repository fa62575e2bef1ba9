import { readdir, readFile } from 'node:fs/promises';
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
