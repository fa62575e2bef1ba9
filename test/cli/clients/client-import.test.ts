import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  type CommandLine,
  killAll,
  openCommandLine,
  temporaryDirectory,
} from '../../harness/nodes/postern-process.js';

let shell: CommandLine;
let elsewhere: CommandLine;
let directory: string;
beforeAll(async () => {
  [shell, elsewhere] = await Promise.all([openCommandLine(), openCommandLine()]);
  directory = await temporaryDirectory();
});
afterAll(async () => {
  await killAll();
  await Promise.all([shell.database.drop(), elsewhere.database.drop()]);
});

const HYDRA = {
  client_id: 'urn:app:one',
  client_name: 'One',
  redirect_uris: ['https://one.example/cb'],
  scope: 'openid',
  client_secret: 'a secret that is in use',
  owner: 'team a',
};

async function file(name: string, content: string): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, content);
  return path;
}

test('a file is imported, a second time without effect, and exported for another installation', async () => {
  const path = await file('hydra.json', JSON.stringify([HYDRA]));
  const trial = await shell.run(['client', 'import', path, '--dry-run']);
  expect(trial).toMatchObject({ code: 0 });
  expect(trial.stdout).toContain('Read as records of hydra: 1 created. Nothing was written.');
  expect(await shell.run(['client', 'show', 'urn:app:one'])).toMatchObject({ code: 3 });

  const first = await shell.run(['client', 'import', path]);
  expect(first).toMatchObject({ code: 0 });
  expect(first.stdout).toMatch(/^created +urn:app:one$/m);
  expect(first.stdout).toContain('  /0/owner: ');
  expect(first.stdout + first.stderr).not.toContain(HYDRA.client_secret);
  const second = await shell.run(['client', 'import', '-', '--json'], JSON.stringify(HYDRA));
  expect(second.json()).toMatchObject({ written: true, counts: { unchanged: 1, created: 0 } });
  expect((await shell.run(['client', 'show', 'urn:app:one', '--json'])).json()).toMatchObject({
    created_by: expect.stringMatching(/^cli:/),
    secrets: [{ hint: 'imported' }],
  });

  const bare = (await shell.run(['client', 'export'])).json();
  expect(JSON.stringify(bare)).not.toMatch(/\$2b\$|secrets/);
  const full = await shell.run(['client', 'export', '--with-secret-hashes']);
  expect(full.stdout).toContain('$2b$10$');
  const there = await elsewhere.run(['client', 'import', '-', '--json'], full.stdout);
  expect(there.json()).toMatchObject({ system: 'postern', written: true });
  expect(await elsewhere.run(['client', 'import', '-'], full.stdout)).toMatchObject({ code: 0 });
  const [here, copy] = await Promise.all(
    [shell, elsewhere].map(async (side) =>
      (await side.run(['client', 'export', '--with-secret-hashes'])).json(),
    ),
  );
  expect(copy).toEqual(here);
});

test('lines of JSON and a byte order mark are read, and what cannot be imported stops everything', async () => {
  const lines = [
    { ...HYDRA, client_id: 'line one' },
    { ...HYDRA, client_id: 'line two', redirect_uris: ['https://two.example/*'] },
  ];
  const path = await file('lines.ndjson', `\uFEFF${lines.map((line) => JSON.stringify(line)).join('\n')}\n`);
  const refused = await shell.run(['client', 'import', path]);
  expect(refused.code).toBe(4);
  expect(refused.stderr).toContain('Nothing was imported: 1 of 2 clients cannot be');
  expect(refused.stderr).toContain('/1/redirect_uris/0: Wildcards');
  expect(await shell.run(['client', 'show', 'line one'])).toMatchObject({ code: 3 });
  const partly = await shell.run(['client', 'import', path, '--partial']);
  expect(partly.code).toBe(4);
  expect(await shell.run(['client', 'show', 'line one'])).toMatchObject({ code: 0 });
});

test('a client that differs is changed with --update only', async () => {
  const changed = JSON.stringify({ ...HYDRA, client_id: 'line one', client_name: 'Renamed' });
  expect(await shell.run(['client', 'import', '-'], changed)).toMatchObject({ code: 4 });
  expect(await shell.run(['client', 'import', '-', '--update'], changed)).toMatchObject({ code: 0 });
  const shown = (await shell.run(['client', 'show', 'line one', '--json'])).json();
  expect(shown).toMatchObject({ client_name: 'Renamed' });
});

test.each([
  ['a file that is not there', ['nowhere.json'], '', 2, /cannot be read/],
  ['text', ['-'], 'hello', 4, /not JSON/],
  ['an unknown system', ['-', '--system', 'okta'], '{}', 2, /choices|Allowed/],
  ['nothing', ['-'], '[]', 4, /no client/],
])('%s is refused', async (_name, args, input, code, message) => {
  const outcome = await shell.run(['client', 'import', ...args], input);
  expect(outcome).toMatchObject({ code });
  expect(outcome.stderr).toMatch(message);
});
