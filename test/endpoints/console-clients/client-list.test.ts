import { expect, test } from '@jest/globals';
import { CLIENTS, consoleClientsFixture } from '../../harness/pages/console-clients-fixture.js';

const { server, agent } = await consoleClientsFixture();

test('the list finds clients that fail, that have an old secret, and that redeem codes without PKCE', async () => {
  const names = ['Failing one', 'Old-fashioned one', 'Bare one'];
  const [failing = '', old = '', bare = ''] = await Promise.all(
    names.map(async (client_name) => (await server.register({ client_name })).id),
  );
  const run = (text: string, id: string) => server.database.pool.query(text, [id]);
  await run(`INSERT INTO client_failures VALUES ($1, 'invalid_grant', now(), '{}')`, failing);
  await run(
    `UPDATE oauth_client_secrets SET created_at = now() - interval '200 days' WHERE oauth_client_id = $1`,
    old,
  );
  await run(`INSERT INTO usage_counters VALUES ($1, current_date, 'unprotected_code', '', 1)`, bare);
  const found = async (query: string) => {
    const { body } = await agent.get(`${CLIENTS}?${query}`);
    return names.filter((name) => body.includes(`<bdi>${name}</bdi>`));
  };
  expect(await found('failing=1')).toEqual(['Failing one']);
  expect(await found('old_secret=180')).toEqual(['Old-fashioned one']);
  expect(await found('old_secret=365')).toEqual([]);
  expect(await found('unprotected=7')).toEqual(['Bare one']);
});

test('the list has the filters of the API and pages', async () => {
  await server.register({ client_name: 'Findable one', token_endpoint_auth_method: 'none' });
  const found = await agent.get(`${CLIENTS}?text=findable&client_type=public&visibility=&deleted=`);
  expect(found.body).toContain('Findable one');
  expect(found.body).toMatch(/<input type="search"[^>]* maxlength="1024">/);
  expect(found.body).not.toMatch(/<input type="date"[^>]* maxlength/);
  expect((await agent.get(`${CLIENTS}?text=findable&client_type=confidential`)).body).toContain(
    'No client is like that',
  );
  expect((await agent.get(`${CLIENTS}?visibility=secret`)).status).toBe(400);
  expect((await agent.get(`${CLIENTS}?cursor=abc`)).status).toBe(400);
  const { id } = await server.register({ client_name: 'Secret one' });
  expect((await agent.get(`${CLIENTS}?text=Secret+one`)).body).toContain(
    `/${id}/secrets">1<span class="unseen"> of <bdi>Secret one</bdi></span>`,
  );
  for (let index = 0; index < 51; index++) await server.register({ client_name: `Page ${String(index)}` });
  const first = await agent.get(`${CLIENTS}?text=Page`);
  const next = /href="([^"]+)" rel="next"/.exec(first.body)?.[1]?.replaceAll('&amp;', '&') ?? '';
  expect((await agent.get(next)).body).toContain('Page 0');
});

test('rare filters are folded until one of them is set', async () => {
  const rare = async (query: string) =>
    /<details class="rare"( open)?>.*name="failed_on".*<\/details>/s.exec(
      (await agent.get(`${CLIENTS}${query}`)).body,
    )?.[1];
  expect(await rare('?kind=web')).toBeUndefined();
  expect(await rare('?failed_on=2026-01-01')).toBe(' open');
});
