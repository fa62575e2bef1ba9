import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { makeDataDirectory } from '../../../src/platform/files/data-directory.js';
import { killAll, openCommandLine, runPostern } from '../../harness/nodes/postern-process.js';

const OWNER = fileURLToPath(new URL('../db/embedded-owner.js', import.meta.url));
/** Root may write nearly everywhere; a process of this user may not. */
const UNPRIVILEGED = process.getuid?.() === 0 ? ['65534'] : [];
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'postern-data-'));
  await chmod(directory, 0o755);
  await writeFile(join(directory, 'file'), '');
});
afterEach(killAll);
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Why the embedded database could not be started there without privileges. */
async function refusal(dataDirectory: string): Promise<string> {
  const child = spawn(process.execPath, [OWNER, dataDirectory, ...UNPRIVILEGED], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  child.kill('SIGKILL');
  return String((JSON.parse(line.toString()) as { error?: string }).error);
}

test.each([
  ['/proc/postern', 'create', 'no such file or directory'],
  ['/proc/postern/deep/er', 'create', 'no such file or directory'],
  ['file', 'create', 'it is a file'],
  ['file/below', 'create', 'a part of the path is a file'],
])('DATA_DIR=%s ends in exit code 2 and one sentence', async (path, action, reason) => {
  const DATA_DIR = path.startsWith('/') ? path : join(directory, path);
  const { code, stdout, stderr } = await runPostern(['serve'], { DATA_DIR });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(
    new RegExp(`DATA_DIR: user .+ \\(uid \\d+\\) cannot ${action} ${DATA_DIR}: ${reason}`),
  );
  expect(stderr).not.toMatch(/^\s+at /m);
});

test('the same holds where only the encryption key is to be in it', async () => {
  const { database } = await openCommandLine('schema');
  try {
    const settings = { DATABASE_URL: database.url, DATA_DIR: '/proc/postern' };
    const { code, stderr } = await runPostern(['serve'], settings);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('cannot create /proc/postern'),
    });
  } finally {
    await database.drop();
  }
});

test('a directory that cannot be created, written or entered by its user is named', async () => {
  const closed = join(directory, 'closed');
  await mkdir(closed, { mode: 0o500 });
  await chmod(directory, 0o755);
  expect(await refusal(closed)).toMatch(/DATA_DIR: .+ cannot write in \S+\/closed: permission denied/);
  expect(await refusal(join(closed, 'below'))).toMatch(
    /DATA_DIR: .+ cannot create \S+\/closed\/below: permission denied/,
  );
});

test('missing directories are made, for their user only', async () => {
  const made = await makeDataDirectory(join(directory, 'a', 'b', 'c'));
  expect((await stat(made)).mode & 0o777).toBe(0o700);
  expect((await stat(join(directory, 'a'))).mode & 0o777).toBe(0o700);
  expect(await makeDataDirectory(join(directory, 'a', 'b', 'c'))).toBe(made);
  const all = await Promise.all([1, 2, 3].map(() => makeDataDirectory(join(directory, 'd', 'e'))));
  expect(new Set(all).size).toBe(1);
});
