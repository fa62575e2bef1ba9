import { readdirSync, readFileSync } from 'node:fs';

interface Process {
  pid: number;
  /** The fields of proc(5) from the state on. */
  stat: string[];
}

const MICROSECONDS_PER_TICK = 10_000;

/** The process and all below it, by number. Linux only, as all here. */
export function membersOf(root: number): number[] {
  return treeOf(root).map(({ pid }) => pid);
}

/** The CPU that the process and all below it used so far, ended children included, in microseconds. */
export function cpuOf(root: number): number {
  // utime, stime, cutime and cstime.
  const ticks = treeOf(root).flatMap(({ stat }) => stat.slice(11, 15).map(Number));
  return ticks.reduce((sum, count) => sum + count, 0) * MICROSECONDS_PER_TICK;
}

/** The CPU that anything on the machine used so far, in microseconds. */
export function cpuOfMachine(): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = (
    /^cpu +(.*)$/m.exec(read('/proc/stat'))?.[1] ?? ''
  )
    .split(' ')
    .map(Number);
  return (user + nice + system + irq + softirq) * MICROSECONDS_PER_TICK;
}

/** The memory of the process and all below it, in bytes; what several share counts once. */
export function memoryOf(root: number): number {
  return kilobytesOf(root, (pid) => /^Pss: +(\d+) kB$/m.exec(read(`/proc/${pid}/smaps_rollup`))) * 1024;
}

/** The resident memory of the process and all below it, in megabytes. */
export function residentMemoryOf(root: number): number {
  return Math.round(kilobytesOf(root, (pid) => /^VmRSS:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))) / 1024);
}

function kilobytesOf(root: number, find: (pid: string) => RegExpExecArray | null): number {
  return membersOf(root).reduce((sum, pid) => sum + Number(find(String(pid))?.[1] ?? 0), 0);
}

function treeOf(root: number): Process[] {
  const all = processes();
  const members = new Set([root]);
  for (let before = 0; before < members.size;) {
    before = members.size;
    for (const { pid, stat } of all) if (members.has(Number(stat[1]))) members.add(pid);
  }
  return all.filter(({ pid }) => members.has(pid));
}

function processes(): Process[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      const text = read(`/proc/${entry}/stat`);
      const stat = text.slice(text.lastIndexOf(')') + 2).split(' ');
      return text === '' ? [] : [{ pid: Number(entry), stat }];
    });
}

/** Empty when the process has ended. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
