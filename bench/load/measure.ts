import { readdirSync, readFileSync } from 'node:fs';
import type { Step } from './flows.js';

/** What a slice of load yielded. Latencies in milliseconds, CPU in microseconds. */
export interface Slice {
  requests: number;
  seconds: number;
  latencies: number[];
}

/** Repeats each step as fast as it answers for so many seconds; rejects when a step does. */
export async function load(steps: readonly Step[], seconds: number): Promise<Slice> {
  const latencies: number[] = [];
  const started = performance.now();
  const until = started + seconds * 1000;
  await Promise.all(
    steps.map(async (step) => {
      while (performance.now() < until) {
        const from = performance.now();
        await step();
        latencies.push(performance.now() - from);
      }
    }),
  );
  return { requests: latencies.length, seconds: (performance.now() - started) / 1000, latencies };
}

const MICROSECONDS_PER_TICK = 10_000;

/** The CPU that a process and its children used so far, in microseconds, ended children included. Linux only. */
export function cpuOfTree(pid: number): number {
  // Fields of proc(5), counted from the state: 11 utime, 12 stime, 13 cutime, 14 cstime.
  const ticks = membersOf(pid).flatMap((member) =>
    (readStat(member) ?? []).slice(11, member === pid ? 15 : 13),
  );
  return ticks.reduce((sum, field) => sum + Number(field), 0) * MICROSECONDS_PER_TICK;
}

/** The process and its children. Linux only. */
export function membersOf(pid: number): number[] {
  const all = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
  return all.map(Number).filter((member) => member === pid || Number(readStat(member)?.[1]) === pid);
}

function readStat(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
