import { afterAll, afterEach, expect, test } from '@jest/globals';
import { migrations } from '../../migrations/index.js';
import { administer } from '../harness/database/administer.js';
import type { Content } from '../harness/database/test-database.js';
import { type CommandLine, killAll, openCommandLine } from '../harness/nodes/postern-process.js';

const opened: CommandLine[] = [];
afterEach(killAll);
afterAll(() => Promise.all(opened.map(({ database }) => database.drop())));

async function open(content: Content): Promise<CommandLine> {
  const shell = await openCommandLine(content);
  opened.push(shell);
  return shell;
}

const newest = migrations.at(-1)?.name ?? '';
const FUTURE = '29990101000000_future';

test('migrate makes an empty database usable, and has nothing to do the second time', async () => {
  const shell = await open('nothing');
  const first = await shell.run(['migrate', '--json']);
  expect(first).toMatchObject({ code: 0 });
  expect(first.json()).toEqual({ migrations: migrations.map(({ name }) => name) });
  expect((await shell.run(['migrate', '--json'])).json()).toEqual({ migrations: [] });
  expect((await shell.run(['migrate'])).stdout).toBe('The schema is up to date.\n');
  expect((await shell.run(['client', 'list', '--json'])).json()).toEqual({
    data: [],
    next_cursor: null,
  });
});

test('two migrations at the same moment wait for each other', async () => {
  const shell = await open('nothing');
  const outcomes = await Promise.all([shell.run(['migrate', '--json']), shell.run(['migrate', '--json'])]);
  expect(outcomes.map(({ code }) => code)).toEqual([0, 0]);
  const ran = outcomes.flatMap((outcome) => outcome.json()['migrations']);
  expect(ran).toEqual(migrations.map(({ name }) => name));
});

test('a migration that was killed half-way does not keep the next one from running', async () => {
  const shell = await open('nothing');
  await administer(
    shell.database.url,
    'CREATE TABLE schema_migrations (id serial PRIMARY KEY, name text, batch int, migration_time timestamptz)',
    'CREATE TABLE schema_migrations_lock (index serial PRIMARY KEY, is_locked int)',
    'INSERT INTO schema_migrations_lock (is_locked) VALUES (1)',
  );
  expect((await shell.run(['migrate', '--json'])).json()).toEqual({
    migrations: migrations.map(({ name }) => name),
  });
});

test.each([['serve'], ['client', 'list']])(
  'with migrations pending, "%s" refuses and names the command to run',
  async (...args) => {
    const shell = await open('schema');
    await administer(shell.database.url, `DELETE FROM schema_migrations WHERE name = '${newest}'`);
    const refused = await shell.run(args);
    expect(refused).toMatchObject({ code: 4, stdout: '' });
    expect(refused.stderr).toContain(newest);
    expect(refused.stderr).toContain('npm run migrate');
  },
);

test.each([['serve'], ['migrate']])(
  'on the database of a newer version "%s" refuses and changes nothing',
  async (...args) => {
    const shell = await open('schema');
    await administer(
      shell.database.url,
      `INSERT INTO schema_migrations (name, batch, migration_time) VALUES ('${FUTURE}', 2, now())`,
    );
    const refused = await shell.run(args);
    expect(refused).toMatchObject({ code: 4, stdout: '' });
    expect(refused.stderr).toContain(`newer Postern (${FUTURE})`);
  },
);
