import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const TELEMETRY = new URL('../../../src/platform/telemetry/telemetry.js', import.meta.url).href;
const TURNS = 60;
const LINES_A_TURN = 30;
/** Copies what it reads in small pieces, with pauses. */
const READER = `
  const { readSync, writeSync } = require('node:fs');
  const piece = Buffer.alloc(8_192);
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let read = 1; read > 0; ) {
    Atomics.wait(pause, 0, 0, 2);
    read = readSync(0, piece);
    for (let written = 0; written < read; ) written += writeSync(1, piece, written, read - written);
  }`;

test('lines of several processes do not mix in the pipe that they share', async () => {
  const program = `
    const { createLogger } = await import('${TELEMETRY}');
    const log = createLogger({ level: 'info', format: 'json', several: true });
    for (let turn = 0; turn < ${String(TURNS)}; turn++) {
      for (let line = 0; line < ${String(LINES_A_TURN)}; line++) log.info({ path: 'x'.repeat(120) }, 'request');
      await new Promise(setImmediate);
    }`;
  const one = `"${process.execPath}" --input-type=module --eval "$PROGRAM" 2>&1 &`;
  // A reader that is late and slow: the pipe is full, and takes a part of what is written.
  const reader = `"${process.execPath}" --eval "$READER"`;
  const shell = spawn('sh', ['-c', `{ ${one} ${one} wait; } | { ${reader}; }`], {
    env: { ...process.env, PROGRAM: program, READER },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let written = '';
  shell.stdout.on('data', (chunk: Buffer) => (written += chunk.toString()));
  await once(shell, 'close');
  const lines = written.trimEnd().split('\n');
  expect(lines).toHaveLength(2 * TURNS * LINES_A_TURN);
  for (const line of lines) expect(JSON.parse(line)).toMatchObject({ msg: 'request' });
});

// The device is Linux's.
(existsSync('/dev/full') ? test : test.skip)(
  'a log that cannot be written does not end the process',
  async () => {
    const program = `
    const { createLogger } = await import('${TELEMETRY}');
    const log = createLogger({ level: 'info', format: 'json' });
    log.info('one');
    await new Promise((resolve) => setTimeout(resolve, 50));
    log.info('two');
    console.log('alive');`;
    const child = spawn(
      'sh',
      ['-c', `exec "${process.execPath}" --input-type=module --eval "$PROGRAM" 2>/dev/full`],
      {
        env: { ...process.env, PROGRAM: program },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(said).toBe('alive\n');
  },
);
