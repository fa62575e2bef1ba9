import { access, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { killAll, runPostern, temporaryDirectory } from '../harness/nodes/postern-process.js';

const directories: string[] = [];
afterEach(async () => {
  await killAll();
  await Promise.all(
    directories.splice(0).map((directory) => rm(directory, { recursive: true, force: true })),
  );
});

async function directory(): Promise<string> {
  const made = await temporaryDirectory();
  directories.push(made);
  return made;
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

test.each([
  ['client', 'list'],
  ['account', 'set-password', 'a@people.example'],
  ['keys', 'list'],
  ['token'],
  ['org', 'list'],
  ['member', 'list', '--json'],
  ['demo', '--headless'],
])('without an installation "%s %s" says so, and creates none', async (...args) => {
  const DATA_DIR = join(await directory(), 'missing');
  const words = args.filter((word) => word !== undefined);
  const { code, stdout, stderr } = await runPostern(words, { DATA_DIR });
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  expect(stderr).toContain(`There is no installation in ${DATA_DIR}.`);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(await exists(DATA_DIR)).toBe(false);
});

test('an empty directory holds no installation until account create makes one', async () => {
  const DATA_DIR = await directory();
  expect((await runPostern(['org', 'list'], { DATA_DIR })).code).toBe(3);
  const made = await runPostern(['account', 'create', 'first@people.example'], { DATA_DIR });
  expect(made.code).toBe(0);
  expect((await runPostern(['org', 'list'], { DATA_DIR })).code).toBe(0);
});

test('migrate makes an installation', async () => {
  const DATA_DIR = await directory();
  expect((await runPostern(['migrate'], { DATA_DIR })).code).toBe(0);
  expect((await runPostern(['keys', 'list'], { DATA_DIR })).code).toBe(0);
});
