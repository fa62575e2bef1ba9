import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { controlledChromium } from './chromium.js';

// The process that keeps one Chromium for all test files of a test process: see chromium.ts.

const profile = await mkdtemp(join(tmpdir(), 'postern-chromium-'));
// A group of its own: the program may be a shell script that starts the browser, and that would outlive the script.
const chromium = spawn(...controlledChromium(profile), {
  stdio: ['ignore', 'ignore', 'pipe'],
  detached: true,
});
process.once('disconnect', endBrowser);
if (!process.connected) endBrowser();
// What ends a whole group of processes reaches this one, too; the end of the test process is what it waits for.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
chromium.once('exit', () => {
  // The browser may still be writing when the script has ended.
  const removed = rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  void removed.finally(() => process.exit());
});
createInterface(chromium.stderr).on('line', (line) => {
  const [, address] = /^DevTools listening on (ws:\/\/\S+)/.exec(line) ?? [];
  if (address !== undefined) process.send?.(address);
});

function endBrowser(): void {
  try {
    process.kill(-Number(chromium.pid), 'SIGKILL');
  } catch {
    // It has ended.
  }
}
