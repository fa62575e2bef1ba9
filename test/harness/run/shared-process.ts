import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';

/**
 * Starts a program that all test files of this process use, and waits for its first message. It ends with this process,
 * which it does not keep from ending.
 */
export async function startSharedProcess(
  program: string,
): Promise<{ child: ChildProcess; message: unknown }> {
  const child = fork(program, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: [], env: process.env });
  const [message] = (await once(child, 'message')) as [unknown];
  child.unref();
  child.channel?.unref();
  for (const stream of [child.stdout, child.stderr]) (stream as Socket).unref();
  return { child, message };
}
