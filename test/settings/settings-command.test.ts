import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { runPostern } from '../harness/nodes/postern-process.js';

const KEY = Buffer.alloc(32, 7).toString('base64url');
const DOCUMENT = fileURLToPath(new URL('../../../docs/configuration.md', import.meta.url));

interface Shown {
  name: string;
  value: string | null;
  source: string;
}

test('the tables in docs/configuration.md are those of the settings', async () => {
  const { code, stdout, stderr } = await runPostern(['settings', '--markdown']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [, written] =
    /<!-- settings -->\n\n([^]*)\n<!-- \/settings -->/.exec(await readFile(DOCUMENT, 'utf8')) ?? [];
  // When this fails: npm run -s postern settings -- --markdown docs/configuration.md
  expect(written).toBe(stdout);
});

test('the settings in effect are shown with their source, and no secret', async () => {
  const environment = {
    PORT: '4700',
    DATABASE_URL: 'postgres://u:hunter2@h/d',
    ENCRYPTION_KEY: KEY,
    WORKERS: '',
  };
  const json = await runPostern(['settings', '--json'], environment);
  const text = await runPostern(['settings'], environment);
  for (const { code, stdout, stderr } of [json, text]) {
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toMatch(/hunter2|BwcHBw/);
  }
  const shown = JSON.parse(json.stdout) as Shown[];
  const of = (name: string) => shown.find((setting) => setting.name === name);
  expect(of('PORT')).toMatchObject({ value: '4700', source: 'environment' });
  expect(of('ISSUER')).toMatchObject({ value: 'http://localhost:4700', source: 'default' });
  expect(of('WORKERS')).toMatchObject({ value: '1', source: 'default' });
  expect(of('DNS_SERVERS')).toMatchObject({ value: null, source: 'default' });
  expect(of('DATABASE_URL')).toMatchObject({ value: '[secret]', source: 'environment' });
  expect(of('ENCRYPTION_KEY')).toMatchObject({ value: '[secret]', source: 'environment' });
  expect(text.stdout).toMatch(/^PORT +4700 +environment$/m);
  expect(text.stdout).toMatch(/^DATABASE_URL +\[secret\] +environment$/m);
  expect(text.stdout).toMatch(/^DNS_SERVERS +unset$/m);
});

test('settings that a server would refuse end the command with 2', async () => {
  const { code, stdout, stderr } = await runPostern(['settings'], {
    PORT: '4700',
    ISSUER: 'http://localhost:3000',
  });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain('set ISSUER=http://localhost:4700 or PORT=3000');
});
