import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A program that runs, with its output in a log file. */
export interface Running {
  pid: number;
  /** Throws when it has ended. */
  assertRunning(): void;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** How a program is started. */
export interface LaunchOptions {
  /** Of taskset(1), such as `0,1`. */
  cores: string;
  log: string;
  env?: Record<string, string>;
  cwd?: string;
  user?: { uid: number; gid: number } | undefined;
}

const STOP_MS = 30_000;

/** Starts a program on some cores; it is ended with this process. */
export function launch(command: readonly string[], options: LaunchOptions): Running {
  const { cores, log, env, cwd = '/', user } = options;
  const output = openSync(log, 'a');
  const child = spawn('taskset', ['-c', cores, ...command], {
    cwd,
    ...user,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], LANG: 'C.UTF-8', ...env },
    stdio: ['ignore', output, output],
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  return {
    pid: child.pid ?? 0,
    assertRunning: () => {
      if (hasEnded()) throw new Error(`${String(command[0])} has ended; its output: ${tail(log)}`);
    },
    stop: async (signal = 'SIGTERM') => {
      process.off('exit', kill);
      if (!hasEnded()) await end(child, signal);
    },
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const ended = once(child, 'exit');
  child.kill(signal);
  if (await Promise.race([ended, sleep(STOP_MS, undefined, { ref: false })])) return;
  child.kill('SIGKILL');
  await ended;
}

function tail(log: string): string {
  return readFileSync(log, 'utf8').slice(-2_000);
}

interface Process {
  pid: string;
  /** The fields of proc(5) from the state on. */
  stat: string[];
}

function processes(): Process[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      const text = read(`/proc/${pid}/stat`);
      return text === '' ? [] : [{ pid, stat: text.slice(text.lastIndexOf(')') + 2).split(' ') }];
    });
}

/** The process and all below it. */
function treeOf(root: number): Process[] {
  const all = processes();
  const members = new Set([String(root)]);
  for (let before = 0; before < members.size;) {
    before = members.size;
    for (const { pid, stat } of all) if (members.has(stat[1] ?? '')) members.add(pid);
  }
  return all.filter(({ pid }) => members.has(pid));
}

const MICROSECONDS_PER_TICK = 10_000;

/** The CPU that the process and all below it used so far, ended children included, in microseconds. */
export function cpuOf(root: number): number {
  // utime, stime, cutime and cstime.
  const ticks = treeOf(root).flatMap(({ stat }) => stat.slice(11, 15).map(Number));
  return ticks.reduce((sum, count) => sum + count, 0) * MICROSECONDS_PER_TICK;
}

/** The resident memory of the process and all below it, in megabytes. */
export function memoryOf(root: number): number {
  const kilobytes = treeOf(root).map(({ pid }) =>
    Number(/^VmRSS:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0),
  );
  return Math.round(kilobytes.reduce((sum, count) => sum + count, 0) / 1024);
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

/** Empty when the process has ended. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
