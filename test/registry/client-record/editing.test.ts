import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { makeApi, makeScope, pointersOf } from '../../harness/admin/catalogue.js';
import { CLIENTS, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { machineToken, registerMachine } from '../../harness/admin/usage.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  callAdmin(server, method, path.replace('/admin/v1', ''), body, { headers });

async function records(): Promise<[string, object][]> {
  const client = await server.register();
  const api = await makeApi(server, { audience: `https://${client.id}.example` }, []);
  const scope = await makeScope(server, { name: `edited.${client.id}` });
  return [
    [`${CLIENTS}/${client.id}`, { company: 'Ada & Co' }],
    [`/apis/${api}`, { name: 'Edited' }],
    [`/scopes/${String(scope['name'])}`, { title: 'Edited' }],
    ['/orgs/default', { name: 'Edited' }],
    ['/orgs/default/projects/default', { name: 'Edited' }],
  ];
}

describe('a record that is read, edited and sent back as a whole', () => {
  test('is accepted, whatever kind it is', async () => {
    for (const [path, edit] of await records()) {
      const { body } = await call('GET', path);
      const answer = await call('PATCH', path, { ...body, ...edit });
      expect([path, answer.status, answer.body['errors']]).toEqual([path, 200, undefined]);
      expect(answer.body).toMatchObject(edit);
    }
  });

  test('is refused where a read-only member was edited too', async () => {
    const path = `${CLIENTS}/${(await server.register()).id}`;
    const { body } = await call('GET', path);
    const answer = await call('PATCH', path, { ...body, client_id: 'another', created_by: null });
    expect([answer.status, pointersOf(answer)]).toEqual([422, ['/client_id', '/created_by']]);
  });

  test('is accepted although it was used since it was read', async () => {
    const client = await registerMachine(server);
    const path = `${CLIENTS}/${client.id}`;
    const { body } = await call('GET', path);
    await machineToken(server, client);
    await server.context.usage.flush();
    expect((await call('PATCH', path, { ...body, company: 'Used' })).status).toBe(200);
  });
});

describe('the ETag', () => {
  test('changes with the use of a client, which does not hinder an edit', async () => {
    const client = await registerMachine(server);
    const path = `${CLIENTS}/${client.id}`;
    const tag = (await call('GET', path)).headers.get('etag') ?? '';
    expect((await call('GET', path, undefined, { 'if-none-match': tag })).status).toBe(304);
    await machineToken(server, client);
    await server.context.usage.flush();
    const used = await call('GET', path, undefined, { 'if-none-match': tag });
    expect(used).toMatchObject({ status: 200, body: { last_used_at: expect.any(String) } });
    expect((await call('PATCH', path, { company: 'x' }, { 'if-match': tag })).status).toBe(200);
    expect((await call('PATCH', path, { company: 'y' }, { 'if-match': tag })).status).toBe(412);
  });

  test('that a proxy weakened is told why it does not match', async () => {
    const path = `${CLIENTS}/${(await server.register()).id}`;
    const answer = await call('PATCH', path, { company: 'x' }, { 'if-match': 'W/"1"' });
    expect(answer).toMatchObject({
      status: 412,
      body: { detail: expect.stringMatching(/W\/"1" is a weak ETag.*Send "1"/) },
    });
    const two = await call('PATCH', path, { company: 'x' }, { 'if-match': 'W/"1", "1"' });
    expect(two.status).toBe(200);
  });
});

describe('values', () => {
  test('the largest legal record is accepted', async () => {
    const uris = (name: string) =>
      Array.from({ length: 100 }, (_, n) => `https://rp.example/${name}/${String(n)}/`.padEnd(2048, 'x'));
    const { status, body } = await call('POST', CLIENTS, {
      client_name: 'ü'.repeat(1024),
      description: '€'.repeat(4096),
      redirect_uris: uris('in'),
      post_logout_redirect_uris: uris('out'),
    });
    expect(status).toBe(201);
    const path = `${CLIENTS}/${String(body['id'])}`;
    expect((await call('PATCH', path, { ...body, client_secret: undefined, company: 'x' })).status).toBe(200);
  });

  test('text that is none is a mistake with its place, beside the others', async () => {
    const answer = await server.admin(
      'POST',
      '',
      '{"client_name": "a\\u0000b", "redirect_uris": ["https://rp.example/\\ud800", "http://rp.example/"], "jwks": {"keys": [{"kty": "RSA", "a\\udc00": "\\u0000"}]}, "colour": 1}',
    );
    const body = (await answer.json()) as Record<string, unknown>;
    expect(answer.status).toBe(422);
    expect(pointersOf({ status: 422, headers: answer.headers, body })).toEqual([
      '/client_name',
      '/colour',
      '/jwks/keys/0/a\udc00',
      '/jwks/keys/0/a\udc00',
      '/redirect_uris/0',
    ]);
  });

  test('an empty name is not offered null, and an empty description is', async () => {
    const { body } = await call('POST', CLIENTS, { client_name: '', description: '', redirect_uris: [] });
    const details = (body['errors'] as { pointer: string; detail: string }[]).filter(({ pointer }) =>
      ['/client_name', '/description'].includes(pointer),
    );
    expect(details).toEqual([
      { pointer: '/client_name', detail: 'Send some text.' },
      { pointer: '/description', detail: 'Send some text, or null to leave it out.' },
    ]);
  });
});

describe('the secrets of a client that changes its auth method', () => {
  const jwks = {
    keys: [{ kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }],
  };

  test('end with a method that needs none, and changing back revives none', async () => {
    const client = await registerMachine(server);
    const path = `${CLIENTS}/${client.id}`;
    const away = await call('PATCH', path, { token_endpoint_auth_method: 'private_key_jwt', jwks });
    expect(away).toMatchObject({ status: 200, body: { secrets: [], has_rotated_secret: false } });
    const back = await call('PATCH', path, { token_endpoint_auth_method: 'client_secret_basic' });
    expect(back).toMatchObject({ status: 200, body: { secrets: [] } });
    expect((await machineToken(server, client)).status).toBe(401);
    const rotated = await call('POST', `${path}/rotate_secret`);
    expect(rotated.body['secrets']).toHaveLength(1);
  });

  test('stay when it changes from one method with a secret to another', async () => {
    const client = await registerMachine(server);
    const changed = await call('PATCH', `${CLIENTS}/${client.id}`, {
      token_endpoint_auth_method: 'client_secret_post',
    });
    expect(changed.body['secrets']).toHaveLength(1);
  });
});
