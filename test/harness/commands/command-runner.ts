import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { startSharedProcess } from '../process/shared-process.js';

const HOST = fileURLToPath(new URL('command-host.js', import.meta.url));

/** A command for the process that runs them. */
export interface CommandRequest {
  args: readonly string[];
  environment: Readonly<Record<string, string>>;
  /** Standard input. */
  input: string;
}

/** What a command printed, and its exit code. */
export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

let host: Promise<ChildProcess> | undefined;
let last: Promise<unknown> = Promise.resolve();

/**
 * Runs a command of `postern` in a process that all commands of this test process share, one at a time: loading the
 * modules of a command takes most of a second of CPU, its work a few milliseconds. The environment, the streams and the
 * exit code are those of a process of its own.
 */
export function runCommand(request: CommandRequest): Promise<CommandResult> {
  const result = last.then(async () => execute(await (host ??= startHost()), request));
  last = result.catch(() => undefined);
  return result;
}

async function startHost(): Promise<ChildProcess> {
  const { child } = await startSharedProcess(HOST);
  child.once('exit', () => (host = undefined));
  return child;
}

async function execute(child: ChildProcess, request: CommandRequest): Promise<CommandResult> {
  const ended = new AbortController();
  const onExit = () => {
    ended.abort(new Error(`the process of the commands ended in ${request.args.join(' ')}`));
  };
  child.once('exit', onExit);
  try {
    const outputs = [child.stdout, child.stderr].map((stream) =>
      readOutput(stream as Readable, ended.signal),
    );
    const exit = once(child, 'message', { signal: ended.signal });
    child.send(request);
    const [stdout = '', stderr = ''] = await Promise.all(outputs);
    const [code] = (await exit) as [number];
    return { code, stdout, stderr };
  } finally {
    child.off('exit', onExit);
  }
}

/** What is written to a stream until the zero byte that the host writes after each command. */
function readOutput(stream: Readable, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const onData = (chunk: Buffer) => {
      chunks.push(chunk);
      if (chunk.at(-1) !== 0) return;
      stream.off('data', onData);
      resolve(Buffer.concat(chunks).subarray(0, -1).toString());
    };
    stream.on('data', onData);
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
}
