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
process.once('disconnect', () => process.kill(-Number(chromium.pid), 'SIGKILL'));
// Ctrl-C reaches this process, too; the end of the test process is what it waits for.
process.on('SIGINT', () => undefined);
chromium.once('exit', () => void rm(profile, { recursive: true, force: true }).finally(() => process.exit()));
createInterface(chromium.stderr).on('line', (line) => {
  const [, address] = /^DevTools listening on (ws:\/\/\S+)/.exec(line) ?? [];
  if (address !== undefined) process.send?.(address);
});
