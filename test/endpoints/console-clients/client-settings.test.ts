import { describe, expect, test } from '@jest/globals';
import { writableFields } from '../../../src/registry/client-record/client-schema.js';
import { clientResponse } from '../../../src/registry/client-record/client-response.schema.js';
import { CARDS, FACTS } from '../../../src/endpoints/console-client-settings/client-cards.js';
import { ConsoleAgent, hiddenField } from '../../harness/pages/console-agent.js';
import {
  CLIENTS,
  consoleClientsFixture,
  IDENTITY,
  identityForm,
} from '../../harness/pages/console-clients-fixture.js';

const { server, agent, read } = await consoleClientsFixture();

describe('settings', () => {
  test('show and change every field of the record', () => {
    const inCards = CARDS.flatMap(({ fields }) => fields.map(({ name }) => name as string));
    expect(inCards.filter((name) => name !== 'admin_reach').sort()).toEqual(
      Object.keys(writableFields).sort(),
    );
    const elsewhere = ['client_id', 'client_uri_verification', 'secrets'];
    expect([...inCards, ...FACTS, ...elsewhere].sort()).toEqual(Object.keys(clientResponse.shape).sort());
  });

  test('are saved card by card, and only what changed', async () => {
    const { id } = await server.register();
    const page = await agent.get(`${CLIENTS}/${id}`);
    const fields = {
      ...identityForm(page.body),
      ...IDENTITY,
      client_name: 'Renamed',
      description: 'Two\r\nlines',
    };
    const answer = await agent.post(`${CLIENTS}/${id}/settings/identity`, fields);
    expect(answer.status).toBe(303);
    expect(await read(id)).toMatchObject({ client_name: 'Renamed', description: 'Two\nlines' });
    expect((await agent.get(answer.headers.get('location') ?? '')).body).toContain('Identity: saved.');
    const events = (await (
      await fetch(`${server.origin}/admin/v1/audit_events?target_id=${id}&action=client.updated`, {
        headers: { authorization: `Bearer ${await server.adminToken()}` },
      })
    ).json()) as { data: { actor: string; changed_fields: string[] }[] };
    expect(events.data[0]).toMatchObject({
      actor: `account:${agent.person.id}`,
      changed_fields: ['client_name', 'description'],
    });
  });

  test.each(CARDS.map(({ key }) => key))(
    'of the card %s are unchanged when it is sent as it came',
    async (card) => {
      const { id } = await server.register({ scopes: ['email', 'profile'], optional_scopes: ['email'] });
      const before = await read(id);
      const page = await agent.get(`${CLIENTS}/${id}`);
      const from = page.body.indexOf(`/settings/${card}"`);
      const html = page.body.slice(from, page.body.indexOf('</form>', from));
      const fields = new Map<string, string[]>();
      const add = (name: string, value: string) =>
        fields.set(name, [...(fields.get(name) ?? []), unescape(value)]);
      for (const [, attributes = ''] of html.matchAll(/<input\b([^>]*)>/g)) {
        const [, name = ''] = /name="([^"]*)"/.exec(attributes) ?? [];
        const [, value = ''] = /value="([^"]*)"/.exec(attributes) ?? [];
        if (/\bdisabled\b/.test(attributes)) continue;
        if (!attributes.includes('checkbox') || /\bchecked\b/.test(attributes)) add(name, value);
      }
      for (const [, name = '', value = ''] of html.matchAll(
        /<textarea [^>]*name="([^"]*)"[^>]*>\n?([^<]*)</g,
      ))
        add(name, value);
      for (const [, name = '', options = ''] of html.matchAll(
        /<select [^>]*name="([^"]*)"[^>]*>(.*?)<\/select>/g,
      ))
        add(
          name,
          /value="([^"]*)" selected/.exec(options)?.[1] ?? /value="([^"]*)"/.exec(options)?.[1] ?? '',
        );
      const answer = await agent.post(`${CLIENTS}/${id}/settings/${card}`, Object.fromEntries(fields));
      expect(answer.headers.get('location')).toContain('unchanged');
      expect(await read(id)).toMatchObject({ updated_at: before['updated_at'] });
    },
  );

  test('that break a rule keep what was typed, with the rule at its field', async () => {
    const { id } = await server.register();
    const page = await agent.get(`${CLIENTS}/${id}`);
    const fields = {
      ...identityForm(page.body),
      ...IDENTITY,
      client_name: 'Kept',
      logo_uri: 'http://rp.example/logo.png',
    };
    const answer = await agent.post(`${CLIENTS}/${id}/settings/identity`, fields);
    expect(answer.status).toBe(422);
    expect(answer.body).toContain('value="Kept"');
    expect(answer.body).toContain('id="logo_uri-problem"');
    expect(await read(id)).toMatchObject({ client_name: 'Test client', logo_uri: null });
  });

  test('that are lists of objects are typed as JSON, with what is wrong by entry', async () => {
    const { id } = await server.register();
    const path = `${CLIENTS}/${id}/settings/exchange`;
    const page = await agent.get(`${CLIENTS}/${id}`);
    const hidden = (name: string) => hiddenField(page.body, name, '/settings/exchange') ?? '';
    const base = { version: hidden('version'), base: hidden('base'), token_exchange: '[]' };
    const send = (trusted_issuers: string) => agent.post(path, { ...base, trusted_issuers });
    const issuer = { issuer: 'https://idp.example', subject: 'job-*' };
    const typed = await send('[{');
    expect([typed.status, typed.body.includes('This is not JSON')]).toEqual([422, true]);
    const wrong = await send(JSON.stringify([issuer, { ...issuer, subject: '*' }]));
    expect([wrong.status, wrong.body.includes('Entry 2: Begin with text')]).toEqual([422, true]);
    expect((await send(JSON.stringify([issuer]))).status).toBe(303);
    expect(await read(id)).toMatchObject({ trusted_issuers: [issuer] });
    expect((await agent.get(`${CLIENTS}/${id}`)).body).toContain('https://idp.example');
  });

  test('that two operators change are shown to the second, and neither change is lost (E10.9)', async () => {
    const { id } = await server.register({ company: 'Before Ltd' });
    const page = await agent.get(`${CLIENTS}/${id}`);
    await server.admin('PATCH', `/${id}`, { company: 'Theirs Ltd', description: 'Theirs' });
    const mine = { ...identityForm(page.body), ...IDENTITY, client_name: 'Mine', company: 'Mine Ltd' };
    const conflict = await agent.post(`${CLIENTS}/${id}/settings/identity`, mine);
    expect(conflict.status).toBe(412);
    for (const text of ['Before Ltd', 'Theirs Ltd', 'Mine Ltd', 'Theirs', 'Mine'])
      expect(conflict.body).toContain(text);
    expect(await read(id)).toMatchObject({ company: 'Theirs Ltd', client_name: 'Test client' });
    const states = Object.fromEntries(
      ['version', 'base', 'theirs', 'yours'].map((name) => [
        name,
        hiddenField(conflict.body, name, '/settings/identity'),
      ]),
    );
    // Saved once more in the meantime: the second choice is asked for, too.
    await server.admin('PATCH', `/${id}`, { description: 'Theirs again' });
    const again = await agent.post(`${CLIENTS}/${id}/settings/identity`, {
      ...states,
      'choice.company': 'yours',
    });
    expect(again.status).toBe(412);
    const { version = '', theirs = '' } = Object.fromEntries(
      ['version', 'theirs'].map((name) => [name, hiddenField(again.body, name, '/settings/identity')]),
    );
    const answer = await agent.post(`${CLIENTS}/${id}/settings/identity`, {
      ...states,
      version,
      theirs,
      'choice.company': 'yours',
    });
    expect(answer.status).toBe(303);
    expect(await read(id)).toMatchObject({
      client_name: 'Mine',
      company: 'Mine Ltd',
      description: 'Theirs again',
    });
  });

  test('of two operators in a list can be merged', async () => {
    const { id } = await server.register({ redirect_uris: ['https://a.example/', 'https://b.example/'] });
    const page = await agent.get(`${CLIENTS}/${id}`);
    await server.admin('PATCH', `/${id}`, { redirect_uris: ['https://a.example/', 'https://c.example/'] });
    const form = '/settings/redirects';
    const conflict = await agent.post(`${CLIENTS}/${id}${form}`, {
      version: hiddenField(page.body, 'version', form),
      base: hiddenField(page.body, 'base', form),
      redirect_uris: 'https://a.example/\nhttps://b.example/\nhttps://d.example/',
      application_type: 'web',
    });
    expect(conflict.status).toBe(412);
    const states = Object.fromEntries(
      ['version', 'base', 'theirs', 'yours'].map((name) => [name, hiddenField(conflict.body, name, form)]),
    );
    const answer = await agent.post(`${CLIENTS}/${id}${form}`, { ...states, 'choice.redirect_uris': 'both' });
    expect(answer.status).toBe(303);
    expect(await read(id)).toMatchObject({
      redirect_uris: ['https://a.example/', 'https://c.example/', 'https://d.example/'],
    });
  });

  test('need their version and their base, and are not those of another kind', async () => {
    const { id } = await server.register();
    const path = `${CLIENTS}/${id}/settings`;
    expect((await agent.post(`${path}/identity`, IDENTITY)).status).toBe(400);
    expect((await agent.post(`${path}/identity`, { ...IDENTITY, version: '1', base: '[]' })).status).toBe(
      400,
    );
    expect((await agent.post(`${path}/secrets`, { version: '1', base: '{}' })).status).toBe(404);
  });

  test('of a first-party client are for owners of the installation, and others are told so', async () => {
    const { id } = await server.register();
    const owner = await ConsoleAgent.signIn(server, 'owner');
    const answer = await owner.post(`${CLIENTS}/${id}/settings/administration`, {
      version: '1',
      base: '{"first_party":false,"admin_reach":"project"}',
      first_party: 'true',
      admin_reach: 'project',
    });
    expect(answer.status).toBe(422);
    expect(answer.body).toContain('Only an owner of the whole installation');
  });
});

test('the page of the publisher says when the record was looked up, and when it will be', async () => {
  const { id } = await server.register({ client_uri: 'https://looked-up.example/' });
  const shown = async () => {
    const { body } = await agent.get(`${CLIENTS}/${id}/publish`);
    return [...body.matchAll(/<dt>(?:Last|Next) look-up<\/dt><dd>(.*?)<\/dd>/gs)].map(([, text = '']) =>
      text.replace(/<[^>]+>/g, '').trim(),
    );
  };
  expect(await shown()).toEqual(['Not yet', 'Due now']);
  await server.database.pool.query(
    `UPDATE publisher_verifications SET status = 'in_progress', checked_at = now() - interval '3 minutes',
       next_check_at = now() + interval '12 minutes' WHERE oauth_client_id = $1`,
    [id],
  );
  expect(await shown()).toEqual(['3 minutes ago', 'In 12 minutes']);
  await server.database.pool.query(
    `UPDATE publisher_verifications SET status = 'verified', next_check_at = NULL WHERE oauth_client_id = $1`,
    [id],
  );
  expect(await shown()).toEqual(['3 minutes ago', 'None: it is over']);
});

function unescape(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
