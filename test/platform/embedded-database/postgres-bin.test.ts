import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { startEmbeddedDatabase } from '../../../src/platform/embedded-database/embedded-database.js';
import { SettingsError } from '../../../src/settings/settings-error.js';

/** Debian's PostgreSQL 15, as CI installs it. */
const SYSTEM = '/usr/lib/postgresql/15/bin';
const onSystem = existsSync(join(SYSTEM, 'initdb')) ? test : test.skip;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'postern-bin-'));
  await chmod(directory, 0o755);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function start(name: string, postgresBin?: string) {
  const said: string[] = [];
  const database = await startEmbeddedDatabase({
    dataDirectory: join(directory, name),
    durable: false,
    postgresBin,
    log: (line) => said.push(line),
  });
  return { database, said };
}

async function problem(name: string, postgresBin?: string): Promise<string> {
  const error: unknown = await start(name, postgresBin).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(SettingsError);
  return (error as SettingsError).problems.join('\n');
}

/** A directory of programs that tell this version. */
async function programs(name: string, version: string): Promise<string> {
  const bin = join(directory, name);
  await mkdir(bin);
  for (const program of ['initdb', 'postgres']) {
    const path = join(bin, program);
    await writeFile(path, `#!/bin/sh\necho "${program} (PostgreSQL) ${version}"\n`);
    await chmod(path, 0o755);
  }
  await chmod(bin, 0o755);
  return bin;
}

test('a directory without the programs is refused by name', async () => {
  const empty = join(directory, 'empty');
  await mkdir(empty);
  expect(await problem('none', empty)).toBe(`POSTGRES_BIN: there is no program initdb in ${empty}`);
  expect(await problem('none', join(directory, 'missing'))).toContain('there is no program initdb');
});

test('programs that are too old are refused, with their version', async () => {
  const old = await programs('old', '14.9 (Debian)');
  expect(await problem('none', old)).toBe(
    `POSTGRES_BIN: ${old} has PostgreSQL 14.9, and 15 or newer is needed`,
  );
});

test('a database of another major version is refused, with both versions', async () => {
  const { database } = await start('other');
  await database.stop();
  const file = join(directory, 'other', 'pgdata', 'PG_VERSION');
  const version = await readFile(file, 'utf8');
  await writeFile(file, '17\n');
  expect(await problem('other')).toMatch(
    /^POSTGRES_BIN: the database in \S+ is one of PostgreSQL 17, and \S+ has version 18\.\d+: set it to the programs of PostgreSQL 17/,
  );
  await writeFile(file, version);
  const { database: again } = await start('other');
  await again.stop();
});

onSystem(
  'a system PostgreSQL runs the database, sorted by code point with the case rules of Unicode',
  async () => {
    const { database, said } = await start('system', SYSTEM);
    expect(said).toEqual([expect.stringContaining('runs PostgreSQL 15.')]);
    const client = new pg.Client(database.connection);
    await client.connect();
    const { rows } = await client.query(
      `SELECT string_agg(w, '' ORDER BY w) AS sorted, lower('ÀÉ') AS lower FROM unnest(ARRAY['b', 'é', 'B', 'a']) AS w`,
    );
    await client.end();
    expect(rows).toEqual([{ sorted: 'Babé', lower: 'àé' }]);
    await database.stop();
    expect(await problem('system')).toContain('is one of PostgreSQL 15');
  },
);
