import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type CommandLine, killAll, openCommandLine } from '../../harness/nodes/postern-process.js';

let shell: CommandLine;
beforeAll(async () => {
  shell = await openCommandLine();
});
afterAll(async () => {
  await killAll();
  await shell.database.drop();
});

test('clients are listed by their failures, the age of their secrets and codes without PKCE', async () => {
  for (const name of ['Quiet', 'Fails', 'Old', 'Bare']) {
    const created = await shell.run(['client', 'create', name, '--redirect-uri', 'https://rp.example/cb']);
    expect(created).toMatchObject({ code: 0 });
  }
  const of = (name: string) => `(SELECT id FROM oauth_clients WHERE client_name = '${name}')`;
  for (const statement of [
    `INSERT INTO client_failures VALUES (${of('Fails')}, 'invalid_grant', now(), '{}')`,
    `UPDATE oauth_client_secrets SET created_at = now() - interval '2 years' WHERE oauth_client_id = ${of('Old')}`,
    `INSERT INTO usage_counters VALUES (${of('Bare')}, current_date, 'unprotected_code', '', 1)`,
    `INSERT INTO usage_counters VALUES (${of('Quiet')}, '2026-05-05', 'failure', 'invalid_grant', 1)`,
  ])
    await shell.database.pool.query(statement);
  const yesterday = new Date(Date.now() - 86_400_000).toISOString();
  for (const [option, name] of [
    ['--failing-since', 'Fails'],
    ['--secret-created-before', 'Old'],
    ['--unprotected-since', 'Bare'],
  ] as const) {
    const { code, stdout } = await shell.run(['client', 'list', option, yesterday, '--json']);
    expect(code).toBe(0);
    const { data } = JSON.parse(stdout) as { data: { client_name: string }[] };
    expect([option, ...data.map(({ client_name: found }) => found)]).toEqual([option, name]);
  }
  const onDay = await shell.run(['client', 'list', '--failed-on', '2026-05-05', '--json']);
  expect(JSON.parse(onDay.stdout)).toMatchObject({ data: [{ client_name: 'Quiet' }] });
  const wrong = await shell.run(['client', 'list', '--failing-since', 'yesterday']);
  expect(wrong).toMatchObject({ code: 4 });
  expect(wrong.stderr).toContain('failing_since');
});
