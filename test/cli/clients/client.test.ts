import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { administer } from '../../harness/database/administer.js';
import { type CommandLine, commandLineOf, killAll } from '../../harness/nodes/postern-process.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

const CALLBACK = 'https://rp.example/callback';

let server: TestServer;
let shell: CommandLine;
beforeAll(async () => {
  server = await startTestServer();
  shell = commandLineOf(server.database);
});
afterAll(async () => {
  await killAll();
  await server.close();
});

interface Wire extends Record<string, unknown> {
  id: string;
  client_id: string;
  client_secret?: string;
}

async function create(...args: string[]): Promise<Wire> {
  const outcome = await shell.run([
    'client',
    'create',
    'Shell',
    '--redirect-uri',
    CALLBACK,
    '--json',
    ...args,
  ]);
  expect(outcome).toMatchObject({ code: 0 });
  return outcome.json() as Wire;
}

describe('client create', () => {
  test('registers a client and prints its secret', async () => {
    const client = await create('--scope', 'openid', 'email', '--grant-type', 'authorization_code');
    expect(client).toMatchObject({
      client_name: 'Shell',
      redirect_uris: [CALLBACK],
      grant_types: ['authorization_code'],
      scopes: ['openid', 'email'],
      client_type: 'confidential',
    });
    expect(client.client_secret).toMatch(/^pst_[\w-]{43}$/);
  });

  test('takes every other field as JSON, and gives a public client no secret', async () => {
    const client = await create('--auth-method', 'none', '--set', '{"company":"Acme","client_id":"acme"}');
    expect(client).toMatchObject({ company: 'Acme', client_id: 'acme', client_type: 'public' });
    expect(client).not.toHaveProperty('client_secret');
  });

  test('prints lines for people', async () => {
    const { code, stdout } = await shell.run(['client', 'create', 'For people', '--redirect-uri', CALLBACK]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^client_name +For people$/m);
    expect(stdout).toMatch(/^client_secret +pst_[\w-]{43}$/m);
  });

  test('lists every mistake and registers nothing', async () => {
    const args = ['client', 'create', 'Wrong', '--redirect-uri', 'http://rp.example/cb', '--scope', 'a:b'];
    const people = await shell.run(args);
    expect(people).toMatchObject({ code: 4, stdout: '' });
    expect(people.stderr).toContain('/redirect_uris/0: ');
    expect(people.stderr).toContain('/scopes/0: ');
    const script = await shell.run([...args, '--json']);
    const { errors } = JSON.parse(script.stderr.split('\n').find((line) => line.startsWith('{')) ?? '') as {
      errors: { pointer: string }[];
    };
    expect(errors.map(({ pointer }) => pointer).sort()).toEqual(['/redirect_uris/0', '/scopes/0']);
    expect((await shell.run(['client', 'list', '--text', 'Wrong', '--json'])).json()).toEqual({
      data: [],
      next_cursor: null,
    });
  });

  test('refuses fields that are no JSON object', async () => {
    const outcome = await shell.run(['client', 'create', 'Wrong', '--set', '[]']);
    expect(outcome).toMatchObject({ code: 2, stdout: '' });
    expect(outcome.stderr).toContain('--set takes a JSON object');
  });

  test('takes the issuers that it trusts from a file', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'postern-client-')), 'issuers.json');
    const issuers = [{ issuer: 'https://idp.example', subject: 'job-*' }];
    await writeFile(file, JSON.stringify(issuers));
    const { client_id, trusted_issuers } = await create('--trusted-issuers-file', file);
    expect(trusted_issuers).toEqual(issuers);
    for (const text of ['{}', 'no JSON']) {
      await writeFile(file, text);
      const { code, stderr } = await shell.run([
        'client',
        'update',
        client_id,
        '--token-exchange-file',
        file,
      ]);
      expect([code, stderr]).toEqual([2, expect.stringContaining('--token-exchange-file')]);
    }
    await rm(dirname(file), { recursive: true });
  });

  test('refuses a client_id that is taken', async () => {
    const id = `taken-${randomUUID()}`;
    await create('--set', JSON.stringify({ client_id: id }));
    const again = await shell.run(['client', 'create', 'Again', '--set', JSON.stringify({ client_id: id })]);
    expect(again.code).toBe(4);
  });
});

describe('client list', () => {
  test('prints what was registered, without secrets', async () => {
    const name = `Listed ${randomUUID()}`;
    const { client_id, client_secret } = await server.register({ client_name: name });
    const { stdout } = await shell.run(['client', 'list', '--text', name]);
    expect(stdout.trim().split('\n')).toEqual([
      expect.stringMatching(/^CLIENT_ID +TYPE +NAME$/),
      expect.stringMatching(new RegExp(`^${client_id} +confidential +${name}$`)),
    ]);
    const listed = await shell.run(['client', 'list', '--json']);
    expect(listed.stdout).toContain(name);
    expect(listed.stdout).not.toContain(client_secret);
  });

  test.each(['101', 'many'])('refuses --limit %s', async (limit) => {
    expect(await shell.run(['client', 'list', '--limit', limit])).toMatchObject({ code: 2, stdout: '' });
  });

  test('knows only organizations and projects that there are', async () => {
    expect(await shell.run(['client', 'list', '--project', 'nowhere'])).toMatchObject({
      code: 3,
      stdout: '',
    });
    expect(await shell.run(['client', 'list', '--org', randomUUID()])).toMatchObject({ code: 3, stdout: '' });
  });
});

describe('lists', () => {
  test('are read page by page', async () => {
    const name = `Paged ${randomUUID()}`;
    for (let count = 0; count < 3; count++) await server.register({ client_name: name });
    const list = (...args: string[]) =>
      shell.run(['client', 'list', '--text', name, '--limit', '2', ...args]);
    const first = (await list('--json')).json() as { data: Wire[]; next_cursor: string };
    const rest = (await list('--json', '--cursor', first.next_cursor)).json() as typeof first;
    expect(new Set([...first.data, ...rest.data].map(({ id }) => id)).size).toBe(3);
    expect(rest.next_cursor).toBeNull();
    expect((await list()).stdout).toContain(`--cursor ${first.next_cursor}`);
    expect((await list('--cursor', first.next_cursor)).stdout).not.toContain('--cursor');
  });

  test.each([['org'], ['project'], ['member'], ['account']])(
    '%s list takes the same options',
    async (what) => {
      const page = await shell.run([what, 'list', '--limit', '1', '--json']);
      expect(page.json()).toEqual({ data: expect.any(Array), next_cursor: null });
      expect(await shell.run([what, 'list', '--limit', '0'])).toMatchObject({ code: 2, stdout: '' });
    },
  );

  test('keep their columns with long and wide names', async () => {
    const mark = randomUUID().slice(0, 8);
    for (const name of [`${mark} ${'x'.repeat(180)}`, `${mark} 写真の本`])
      await server.register({ client_name: name, company: 'Long' });
    const { stdout } = await shell.run(['client', 'list', '--text', mark]);
    for (const line of stdout.trimEnd().split('\n')) expect(line.length).toBeLessThan(130);
    expect(stdout).toContain('…');
  });
});

describe('a client', () => {
  test('is found by its id and by its client_id', async () => {
    const { id, client_id } = await server.register();
    for (const name of [id, client_id]) {
      const shown = (await shell.run(['client', 'show', name, '--json'])).json();
      expect(shown).toMatchObject({ id, client_id });
      expect(shown).not.toHaveProperty('client_secret');
    }
    const lines = (await shell.run(['client', 'show', id])).stdout;
    expect(lines).toMatch(new RegExp(`^client_id +${client_id}$`, 'm'));
    expect(lines).toMatch(/^created_at +\d{4}-\d\d-\d\dT[\d:.]+Z$/m);
  });

  test.each(['show', 'delete', 'rotate-secret', 'delete-rotated-secret'])(
    'that does not exist cannot be had: %s',
    async (command) => {
      const name = command === 'show' ? 'nobody' : randomUUID();
      expect(await shell.run(['client', command, name, '--json'])).toMatchObject({ code: 3, stdout: '' });
    },
  );

  test('has two secrets at most, of which the older can be deleted', async () => {
    const { client_id, client_secret } = await server.register();
    const rotated = (await shell.run(['client', 'rotate-secret', client_id, '--json'])).json();
    expect(rotated['client_secret']).toMatch(/^pst_/);
    expect(rotated['client_secret']).not.toBe(client_secret);
    expect(await shell.run(['client', 'rotate-secret', client_id])).toMatchObject({ code: 4, stdout: '' });

    const left = (await shell.run(['client', 'delete-rotated-secret', client_id, '--json'])).json();
    expect(left['has_rotated_secret']).toBe(false);
    expect(left['secrets']).toHaveLength(1);
    const third = await shell.run(['client', 'rotate-secret', client_id]);
    expect(third.stdout).toMatch(/shown only now: pst_[\w-]{43}\n$/);
  });

  test('that was deleted is gone', async () => {
    const { id, client_id } = await server.register();
    expect((await shell.run(['client', 'delete', client_id, '--json'])).json()).toEqual({
      id,
      deleted: true,
    });
    for (const name of [id, client_id]) {
      const shown = (await shell.run(['client', 'show', name, '--json'])).json();
      expect(shown['deleted_at']).toEqual(expect.stringMatching(/^\d{4}-/));
    }
    expect((await shell.run(['client', 'list', '--json'])).stdout).not.toContain(client_id);
  });
});

test('a deleted client is restored by its client_id or its id', async () => {
  const { id, client_id } = await server.register();
  for (const name of [client_id, id]) {
    expect((await shell.run(['client', 'delete', client_id])).code).toBe(0);
    expect((await shell.run(['client', 'restore', name, '--json'])).json()).toMatchObject({ id, client_id });
  }
});

test('client delete ends when all that was issued to the client is removed', async () => {
  const { id, client_id } = await server.register();
  await administer(
    shell.database.url,
    `INSERT INTO artifacts (id, model, payload, client_id, expires_at)
     SELECT sha256(i::text::bytea), 2, '{}', '${client_id}', now() + interval '1 hour' FROM generate_series(1, 12000) AS i`,
  );
  const { code, stderr } = await shell.run(['client', 'delete', id]);
  expect(code).toBe(0);
  expect(stderr).not.toContain('"level"');
  const left = `DO $$ BEGIN ASSERT NOT EXISTS (SELECT FROM artifacts WHERE client_id = '${client_id}'); END $$`;
  await administer(shell.database.url, left);
});
