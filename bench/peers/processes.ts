import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
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
