import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { controlledChromium } from './chromium.js';

// The process that keeps one Chromium for all test files of a test process: see chromium.ts.

const profile = await mkdtemp(join(tmpdir(), 'postern-chromium-'));
const chromium = spawn(...controlledChromium(profile), { stdio: ['ignore', 'ignore', 'pipe'] });
process.once('disconnect', () => chromium.kill('SIGKILL'));
chromium.once('exit', () => void rm(profile, { recursive: true, force: true }).finally(() => process.exit()));
createInterface(chromium.stderr).on('line', (line) => {
  const [, address] = /^DevTools listening on (ws:\/\/\S+)/.exec(line) ?? [];
  if (address !== undefined) process.send?.(address);
});
