import { writeSync } from 'node:fs';
import { Readable } from 'node:stream';
import type { CommandRequest } from './command-runner.js';

// The process that runs commands of `postern` one after another: see command-runner.ts.

// The engine warns of versions of Node.js when it is loaded, which main.cts keeps from the output of commands.
const engineConsole = globalThis.console;
engineConsole.warn = () => undefined;
await import('oidc-provider');
const { run } = await import('../../../src/cli/run.js');

process.on('message', (request: CommandRequest) => void runOne(request));
process.on('disconnect', () => process.exit());
process.send?.('ready');

async function runOne({ args, environment, input }: CommandRequest): Promise<void> {
  process.env = { ...environment };
  process.exitCode = undefined;
  Object.defineProperty(process, 'stdin', { value: Readable.from([Buffer.from(input)]), configurable: true });
  const before = new Set(process.listeners('exit'));
  await run([process.execPath, 'postern', ...args]);
  // Each run listens for errors of its output, and for the end of its process, as long as that lives.
  for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners('error');
  for (const listener of process.listeners('exit').filter((one) => !before.has(one))) {
    listener(Number(process.exitCode ?? 0));
    process.off('exit', listener);
  }
  for (const fd of [1, 2]) writeSync(fd, '\0');
  process.send?.(Number(process.exitCode ?? 0));
}
