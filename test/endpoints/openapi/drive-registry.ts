import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { type Driver, idOf, tagOf } from './driver.js';

export async function driveCatalogue({ call }: Driver): Promise<void> {
  const body = { audience: 'https://drive.example', name: 'Drive' };
  const api = await call('createApi', 201, { body });
  const parameters = { id: idOf(api) };
  await call('createApi', 409, { body });
  await call('listApis', 200);
  const read = await call('getApi', 200, { parameters });
  await call('getApi', 304, { parameters, headers: { 'if-none-match': tagOf(read) } });
  const patched = { parameters, body: { access_token_ttl: 60 } };
  await call('updateApi', 200, patched);
  await call('updateApi', 412, { ...patched, headers: { 'if-match': tagOf(read) } });
  const scope = { name: 'drive.read', title: 'Drive', api_id: idOf(api) };
  await call('createScope', 201, { body: scope });
  await call('createScope', 422, { body: { name: 'a:b' } });
  await call('createScope', 415, { body: scope, headers: { 'content-type': 'text/plain' } });
  await call('createScope', 413, { body: { ...scope, description: 'x'.repeat(70_000) } });
  const name = { parameters: { name: 'drive.read' } };
  await call('listScopes', 200, { parameters: { api_id: idOf(api), retired: 'false' } });
  await call('getScope', 200, name);
  await call('updateScope', 200, { ...name, body: { retired: true } });
  await call('listClientsOfScope', 200, name);
  await call('deleteScope', 204, name);
  await call('deleteScope', 409, { parameters: { name: 'openid' } });
  const details = {
    type: 'drive_payment',
    title: 'Payments',
    consent_template: 'Pay {{amount}}',
    schema: { type: 'object', properties: { amount: { type: 'number' } } },
    api_id: idOf(api),
  };
  await call('createAuthorizationDetailsType', 201, { body: details });
  await call('createAuthorizationDetailsType', 409, { body: details });
  await call('createAuthorizationDetailsType', 422, { body: { ...details, schema: { type: 'text' } } });
  await call('listAuthorizationDetailsTypes', 200, { parameters: { api_id: idOf(api) } });
  const type = { parameters: { type: 'drive_payment' } };
  const readType = await call('getAuthorizationDetailsType', 200, type);
  await call('updateAuthorizationDetailsType', 200, { ...type, body: { title: 'A payment' } });
  const staleType = { ...type, headers: { 'if-match': tagOf(readType) } };
  await call('updateAuthorizationDetailsType', 412, { ...staleType, body: { title: 'Another' } });
  await call('deleteApi', 409, { parameters });
  await call('deleteAuthorizationDetailsType', 412, staleType);
  await call('deleteAuthorizationDetailsType', 204, type);
  await call('deleteApi', 204, { parameters });
}

export async function driveClients({ call, client }: Driver, place: Record<string, string>): Promise<void> {
  const body = {
    client_id: `drive-${randomUUID()}`,
    client_name: 'Driven',
    redirect_uris: ['https://rp.example/cb'],
    client_uri: 'https://rp.example',
    jwks: { keys: [{ kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }] },
    description: null,
  };
  client.validate('NewClient', body);
  const created = await call('createClient', 201, { parameters: place, body });
  expect(created.body['client_secret']).toEqual(expect.any(String));
  await call('createClient', 409, { parameters: place, body });
  const content = {
    client_id: 'driven here',
    client_name: 'Driven here',
    grant_types: ['client_credentials'],
  };
  const imported = await call('importClients', 200, { parameters: place, body: { content } });
  expect(imported.body['counts']).toMatchObject({ created: 1 });
  await call('importClients', 422, { parameters: place, body: { content: [], partial: true } });
  const parameters = { ...place, id: idOf(created) };
  const read = await call('getClient', 200, { parameters });
  await call('getClient', 304, { parameters, headers: { 'if-none-match': tagOf(read) } });
  await call('listClients', 200, { parameters: { ...place, text: 'Driven', deleted: 'false' } });
  await call('updateClient', 200, { parameters, body: { company: 'Drivers' } });
  const stale = { parameters, headers: { 'if-match': tagOf(read) } };
  await call('updateClient', 412, { ...stale, body: { company: null } });
  await call('updateClient', 400, { parameters, body: '{"a":1,"a":2}' });
  await call('rotateClientSecret', 412, stale);
  await call('rotateClientSecret', 200, { parameters });
  await call('rotateClientSecret', 409, { parameters });
  await call('deleteRotatedClientSecret', 204, { parameters });
  await call('deleteRotatedClientSecret', 404, { parameters });
  for (const report of ['getClientUsage', 'getClientHourlyUsage', 'listClientFailures'])
    await call(report, 200, { parameters });
  await call('listPeopleOfClient', 200, { parameters });
  await call('restoreClient', 409, { parameters });
  await call('deleteClient', 412, stale);
  await call('deleteClient', 204, { parameters });
  await call('restoreClient', 200, { parameters });
}
