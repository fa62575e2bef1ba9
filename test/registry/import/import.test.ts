import { expect, test } from '@jest/globals';
import bcrypt from 'bcrypt';
import { callAdmin, withRole } from '../../harness/admin/admin-caller.js';
import { pointersOf } from '../../harness/admin/catalogue.js';
import { PROJECT } from '../../harness/admin/usage.js';
import {
  importFixture,
  IMPORT,
  SECRET,
  outcomes,
  hydraHash,
  machine,
} from '../../harness/admin/import-fixture.js';

const { server, send, clientNamed, tokenStatus, hashesOf } = await importFixture();

test.each([
  ['plain text', SECRET],
  ['PBKDF2 of Ory Hydra', hydraHash(SECRET)],
  ['bcrypt of PHP', bcrypt.hashSync(SECRET, 4).replace('$2b$', '$2y$')],
])('a secret that came as %s works, and its hash becomes one of ours', async (name, secret) => {
  const clientId = `kept ${name}`;
  const sent = await send(machine(clientId, { client_secret: secret }));
  expect([sent.status, outcomes(sent)]).toEqual([200, [[clientId, 'created']]]);
  expect(await tokenStatus(clientId, 'wrong')).toBe(401);
  expect(await tokenStatus(clientId, SECRET)).toBe(200);
  expect((await hashesOf(clientId))[0]).toMatch(/^\$2b\$10\$/);
  expect(await tokenStatus(clientId, SECRET)).toBe(200);
  expect(await tokenStatus(clientId, 'wrong')).toBe(401);
  expect(outcomes(await send(machine(clientId, { client_secret: secret })))).toEqual([
    [clientId, 'unchanged'],
  ]);
});

test('a secret of this server that an earlier version hashed at a higher cost is hashed again at its first use', async () => {
  const client = await server.register({ grant_types: ['client_credentials'] });
  const secret = client.client_secret ?? '';
  const status = () => tokenStatus(client.client_id, secret);
  const [hash = ''] = await hashesOf(client.client_id);
  const former = bcrypt.hashSync(secret, 10);
  await server.database.pool.query('UPDATE oauth_client_secrets SET hash = $1 WHERE hash = $2', [
    former,
    hash,
  ]);
  await server.admin('PATCH', `/${client.id}`, { description: 'Another version of the row.' });
  expect(await tokenStatus(client.client_id, 'wrong')).toBe(401);
  expect(await status()).toBe(200);
  const [renewed = ''] = await hashesOf(client.client_id);
  expect(bcrypt.getRounds(renewed)).toBe(bcrypt.getRounds(hash));
  expect(await bcrypt.compare(secret, renewed)).toBe(true);
  expect(await status()).toBe(200);
  // An export from before has the former hash.
  await send(machine(client.client_id, { client_secret: former }), { update: true });
  expect(await hashesOf(client.client_id)).toEqual([renewed]);
  expect(await tokenStatus(client.client_id, 'wrong')).toBe(401);
});

test('a file is imported as a whole, or what can be of it, or not at all in a trial', async () => {
  const [good, bad] = [machine('whole-good'), machine('whole-bad', { scope: 'nowhere.known' })];
  const trial = await send([good, bad], { dry_run: true });
  expect(trial.body).toMatchObject({ written: false, counts: { created: 1, invalid: 1 } });
  const refused = await send([good, bad]);
  expect([refused.status, pointersOf(refused)]).toEqual([422, ['/content/1/scope/0']]);
  expect(await clientNamed('whole-good')).toBeUndefined();
  const partly = await send([good, bad], { partial: true });
  expect(partly.body).toMatchObject({ written: true, counts: { created: 1, invalid: 1 } });
  expect(await clientNamed('whole-good')).toBeDefined();
  expect(await clientNamed('whole-bad')).toBeUndefined();
  const twice = await send([machine('whole-twice'), machine('whole-twice')], { partial: true });
  expect(outcomes(twice).map(([, outcome]) => outcome)).toEqual(['created', 'conflict']);
});

test('a client that is here already is changed only when that is wanted', async () => {
  const record = machine('again', { client_secret: SECRET, policy_uri: 'https://a.example/one' });
  await send(record);
  const next = { ...record, policy_uri: 'https://a.example/two', client_secret: hydraHash('second') };
  const conflict = await send(next);
  expect(conflict.status).toBe(422);
  expect(JSON.stringify(conflict.body)).toContain('policy_uri, secrets');
  const updated = await send(next, { update: true });
  expect(updated.body.clients[0]).toMatchObject({
    outcome: 'updated',
    changed_fields: ['policy_uri', 'secrets'],
  });
  expect(await tokenStatus('again', 'second')).toBe(200);
  expect(await tokenStatus('again', SECRET)).toBe(200);
  const third = await send({ ...next, client_secret: 'a third secret' }, { update: true });
  expect(JSON.stringify(third.body)).toContain('two secrets');
  const asPublic = await send(
    { ...record, token_endpoint_auth_method: 'none', grant_types: ['authorization_code'], client_secret: '' },
    { update: true, partial: true },
  );
  expect(asPublic.body.clients[0]).toMatchObject({ outcome: 'conflict' });
  const id = String((await clientNamed('again'))?.['id']);
  await server.admin('DELETE', `/${id}`);
  expect((await send(record, { partial: true })).body.clients[0]?.errors[0]?.detail).toMatch(/restore/);
});

test('a client of another project or of dynamic registration is never merged with', async () => {
  await callAdmin(server, 'POST', '/orgs/default/projects', { slug: 'other', name: 'Other' });
  const other = '/orgs/default/projects/other/oauth_clients';
  const body = { client_name: 'Elsewhere', client_id: 'elsewhere', redirect_uris: ['https://a.example/cb'] };
  await callAdmin(server, 'POST', other, body);
  const sent = await send(machine('elsewhere'), { update: true, partial: true });
  expect(sent.body.clients[0]).toMatchObject({ outcome: 'conflict' });
  await send(machine('themselves'));
  await server.database.pool.query(
    `UPDATE oauth_clients SET registration_type = 'dynamic' WHERE client_id = 'themselves'`,
  );
  expect(outcomes(await send(machine('themselves'), { partial: true }))).toEqual([
    ['themselves', 'conflict'],
  ]);
});

test.each([
  ['no object', 'text', '/content'],
  ['nothing', [], '/content'],
  ['an empty list', { clients: [] }, '/content/clients'],
  ['an entry that is none', { clients: [1] }, '/content/clients/0'],
  ['too many', Array.from({ length: 201 }, (_, index) => machine(`many-${String(index)}`)), '/content'],
  ['a client_id that is reserved', machine('postern'), '/content/client_id'],
  [
    'no client_id',
    { client_name: 'Nameless', redirect_uris: ['https://a.example/cb'] },
    '/content/client_id',
  ],
  ['a list that is none', machine('odd', { redirect_uris: { a: 1 } }), '/content/redirect_uris'],
])('content with %s is refused', async (_name, content, pointer) => {
  const answer = await send(content);
  expect([answer.status, pointersOf(answer)]).toEqual([422, [pointer]]);
});

test('the body itself is read like every other', async () => {
  const answer = await callAdmin(server, 'POST', IMPORT, { system: 'nobody', colour: 'red', dry_run: 'yes' });
  expect([answer.status, pointersOf(answer)]).toEqual([422, ['/colour', '/content', '/dry_run', '/system']]);
});

test('an import gives no more than the caller could give one by one', async () => {
  const viewer = await withRole(server, PROJECT, 'viewer');
  expect((await viewer('POST', IMPORT, { content: machine('by-viewer') })).status).toBe(403);
  const admin = await withRole(server, PROJECT, 'admin');
  expect((await admin('POST', IMPORT, { content: machine('by-admin') })).status).toBe(200);
  for (const more of [{ skip_consent: true }, { scope: 'tenants.write' }]) {
    const answer = await admin('POST', IMPORT, { content: machine('by-admin-too', more) });
    expect(answer.status).toBe(422);
    expect(JSON.stringify(answer.body)).toMatch(/Only an owner|only by a caller/);
  }
  const stranger = await withRole(server, PROJECT);
  expect((await stranger('POST', IMPORT, { content: machine('by-stranger') })).status).toBe(404);
});
