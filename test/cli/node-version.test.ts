import { spawnSync } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import {
  killAll,
  openCommandLine,
  PosternProcess,
  temporaryDirectory,
} from '../harness/nodes/postern-process.js';
import { freePort } from '../harness/nodes/test-server.js';

const MAIN = fileURLToPath(new URL('../../src/main.cjs', import.meta.url));

test.each(['18.20.8', '20.18.3'])('Node.js %s is too old, which one sentence says', async (version) => {
  const directory = await temporaryDirectory();
  try {
    const older = join(directory, 'older.cjs');
    const versions = `{ value: { ...process.versions, node: '${version}' } }`;
    await writeFile(older, `Object.defineProperty(process, 'versions', ${versions});`);
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--require', older, MAIN, '--help']);
    expect({ status, stdout: stdout.toString() }).toEqual({ status: 2, stdout: '' });
    expect(stderr.toString()).toMatch(/^postern: Node\.js \S+ is too old; install Node\.js 22 or 24 .*\n$/);
  } finally {
    await rm(directory, { recursive: true });
  }
});

test('a start of the server says at most once that the version is not supported, in its own log', async () => {
  const shell = await openCommandLine();
  try {
    const settings = { PORT: String(await freePort()), WORKERS: '2' };
    const server = new PosternProcess(['serve'], { ...shell.environment, ...settings });
    await server.says('"listening"');
    await server.end('SIGTERM');
    expect(server.stderr).not.toContain('oidc-provider');
    const isSupported = process.release.lts !== undefined && Number.parseInt(process.versions.node) >= 22;
    expect(server.stderr.split('supported versions of Node.js').length - 1).toBe(isSupported ? 0 : 1);
  } finally {
    await killAll();
    await shell.database.drop();
  }
});
