import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';

/**
 * Starts a program that all test files of this process use, and waits for its first message. It ends with this process,
 * which it does not keep from ending. Throws with what it said when it ends instead.
 */
export async function startSharedProcess(
  program: string,
): Promise<{ child: ChildProcess; message: unknown }> {
  const child = fork(program, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: [], env: process.env });
  let said = '';
  const listen = (chunk: Buffer) => (said += chunk.toString());
  child.stderr?.on('data', listen);
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${program} ended with ${String(code)}: ${said}`);
  });
  const [message] = (await Promise.race([once(child, 'message'), ended])) as [unknown];
  ended.catch(() => undefined);
  child.stderr?.off('data', listen);
  child.unref();
  child.channel?.unref();
  for (const stream of [child.stdout, child.stderr]) (stream as Socket).unref();
  return { child, message };
}
