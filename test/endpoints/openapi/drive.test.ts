import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Answered, type Call, DocumentClient, fetchDocument } from '../../harness/admin/openapi.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let server: TestServer;
let client: DocumentClient;
beforeAll(async () => {
  server = await startTestServer({ env: { REGISTRATION: 'token', SIGN_UP: 'invite' } });
  client = new DocumentClient(await fetchDocument(server), server.origin, await server.adminToken());
});
afterAll(() => server.close());

async function call(operation: string, status: number, call: Call = {}): Promise<Answered> {
  const answer = await client.call(operation, call);
  if (answer.status !== status)
    throw new Error(`${operation} answered ${String(answer.status)}: ${JSON.stringify(answer.body)}`);
  return answer;
}

const idOf = ({ body }: Answered): string => body['id'] as string;
const tagOf = ({ headers }: Answered): string => headers.get('etag') ?? '';

test('a client made of the document drives every operation through a whole life', async () => {
  const made = await call('createOrganization', 201, { body: { slug: 'drive', name: 'Drive' } });
  await call('createOrganization', 409, { body: { slug: 'drive', name: 'Drive' } });
  await call('createOrganization', 422, { body: { slug: 'No slug' } });
  const org = idOf(made);
  await call('listOrganizations', 200, { parameters: { page_limit: '1' } });
  await call('listOrganizations', 400, { parameters: { page_limit: '0' } });
  await call('getOrganization', 200, { parameters: { org } });
  await call('getOrganization', 404, { parameters: { org: 'nowhere' } });
  await call('updateOrganization', 200, { parameters: { org }, body: { membership_open: true } });
  const project = idOf(
    await call('createProject', 201, { parameters: { org }, body: { slug: 'one', name: 'One' } }),
  );
  const place = { org, project };
  await call('listProjects', 200, { parameters: { org } });
  await call('getProject', 200, { parameters: place });
  await call('updateProject', 200, { parameters: place, body: { name: 'First' } });
  await driveMembers(place);
  await driveCatalogue();
  await driveClients(place);
  const token = await call('createInitialAccessToken', 201, { parameters: place, body: { max_uses: 2 } });
  await call('listInitialAccessTokens', 200, { parameters: place });
  await call('deleteInitialAccessToken', 204, { parameters: { ...place, id: idOf(token) } });
  await driveReports(place);
  await driveAccounts();
  await driveInvitations(place);
  await driveDevelopmentMailbox();
  await driveInstallation();
  await driveWebhooks(place);
  const spare = idOf(
    await call('createProject', 201, { parameters: { org }, body: { slug: 'two', name: 'Two' } }),
  );
  await call('deleteProject', 409, { parameters: place });
  await call('deleteProject', 204, { parameters: { org, project: spare } });
  await call('deleteOrganization', 409, { parameters: { org } });
  const empty = await call('createOrganization', 201, { body: { slug: 'empty', name: 'Empty' } });
  await call('deleteOrganization', 204, { parameters: { org: idOf(empty) } });
  const missed = [...client.operations.keys()].filter((operation) => !client.called.has(operation));
  expect(missed).toEqual([]);
});

async function driveMembers(place: Record<string, string>): Promise<void> {
  const { email } = await server.person();
  for (const level of ['Installation', 'Organization', 'Project']) {
    const role = level === 'Installation' ? 'owner' : 'viewer';
    const added = await call(`add${level}Member`, 201, { parameters: pick(level), body: { email, role } });
    const parameters = { ...pick(level), member: idOf(added) };
    await call(`add${level}Member`, 409, { parameters: pick(level), body: { email, role } });
    await call(`list${level}Members`, 200, { parameters: pick(level) });
    await call(`get${level}Member`, 200, { parameters });
    await call(`update${level}Member`, 200, { parameters, body: { role: 'owner' } });
    await call(`update${level}Member`, 422, { parameters, body: { role: 'king' } });
    await call(`remove${level}Member`, 204, { parameters });
    await call(`get${level}Member`, 404, { parameters });
  }
  function pick(level: string): Record<string, string> {
    const { org = '' } = place;
    return level === 'Project' ? place : level === 'Organization' ? { org } : {};
  }
}

async function driveCatalogue(): Promise<void> {
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

async function driveClients(place: Record<string, string>): Promise<void> {
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

async function driveAccounts(): Promise<void> {
  const body = { email: 'driven@people.example', password: 'a passphrase of theirs', email_verified: true };
  const parameters = { account: idOf(await call('createAccount', 201, { body })) };
  await call('createAccount', 409, { body });
  await call('createAccount', 422, { body: { email: 'nobody' } });
  await call('listAccounts', 200, { parameters: { starts_with: 'driven', page_limit: '1' } });
  await call('getAccount', 200, { parameters });
  await call('getAccount', 404, { parameters: { account: randomUUID() } });
  await call('updateAccount', 200, { parameters, body: { email: 'moved@people.example' } });
  await call('setAccountPassword', 204, { parameters, body: { password: 'another passphrase' } });
  const { account } = parameters;
  for (const list of ['Sessions', 'Grants']) await call(`listAccount${list}`, 200, { parameters });
  await call('endAccountSessions', 204, { parameters });
  await call('endAccountSession', 404, { parameters: { account, session: randomUUID() } });
  await call('revokeAccountGrants', 404, { parameters: { account, client: 'nothing-allowed' } });
  await call('getAccountFactors', 200, { parameters });
  await call('listAccountRoles', 200, { parameters });
  await call('sendAccountRecovery', 204, { parameters });
  await call('resetAccountFactors', 204, { parameters });
  await call('disableAccount', 200, { parameters });
  await call('listAccounts', 200, { parameters: { status: 'disabled' } });
  await call('enableAccount', 200, { parameters });
  await call('restoreAccount', 409, { parameters });
  await call('deleteAccount', 200, { parameters });
  await call('disableAccount', 409, { parameters });
  await call('sendAccountRecovery', 409, { parameters });
  await call('restoreAccount', 200, { parameters });
}

async function driveInvitations(place: Record<string, string>): Promise<void> {
  const { org = '' } = place;
  const places = { Installation: {}, Organization: { org }, Project: place };
  for (const [level, parameters] of Object.entries(places)) {
    const body = { email: `${level}@people.example`, role: level === 'Installation' ? 'owner' : 'viewer' };
    const made = await call(`create${level}Invitation`, 201, { parameters, body });
    await call(`create${level}Invitation`, 409, { parameters, body });
    await call(`create${level}Invitation`, 422, { parameters, body: { ...body, role: 'king' } });
    await call(`list${level}Invitations`, 200, { parameters });
    const one = { parameters: { ...parameters, invitation: idOf(made) } };
    await call(`get${level}Invitation`, 200, one);
    await call(`revoke${level}Invitation`, 204, one);
    await call(`get${level}Invitation`, 404, one);
  }
}

async function driveDevelopmentMailbox(): Promise<void> {
  const mail = randomUUID();
  const words = { subject: 'Driven', text: 'Driven.', html: '<p>Driven.</p>' };
  await server.context.mailbox.keep(mail, { to: 'driven@people.example', ...words });
  await call('listDevelopmentMails', 200, { parameters: { page_limit: '1' } });
  await call('getDevelopmentMail', 200, { parameters: { mail } });
  await call('getDevelopmentMail', 404, { parameters: { mail: randomUUID() } });
}

async function driveWebhooks(place: Record<string, string>): Promise<void> {
  const { org = '' } = place;
  const places = { Installation: {}, Organization: { org }, Project: place };
  for (const [level, parameters] of Object.entries(places)) {
    const body = { url: 'https://hooks.example/', events: ['client.purged'] };
    const webhook = idOf(await call(`create${level}Webhook`, 201, { parameters, body }));
    await call(`create${level}Webhook`, 422, { parameters, body: { url: 'ftp://hooks.example/' } });
    const one = { ...parameters, webhook };
    await call(`list${level}Webhooks`, 200, { parameters });
    await call(`get${level}Webhook`, 200, { parameters: one });
    await call(`update${level}Webhook`, 200, { parameters: one, body: { enabled: false } });
    await call(`update${level}Webhook`, 422, { parameters: one, body: { url: 'no' } });
    await call(`rotate${level}WebhookSecret`, 200, { parameters: one });
    await call(`test${level}Webhook`, 200, { parameters: one });
    await call(`list${level}WebhookDeliveries`, 200, { parameters: { ...one, status: 'failed' } });
    const delivery = randomUUID();
    await server.database.pool.query(
      `INSERT INTO webhook_deliveries (id, webhook_id, event, body, status) VALUES ($1, $2, 'a.b', '{}', 'failed')`,
      [delivery, webhook],
    );
    await call(`redeliver${level}WebhookDelivery`, 200, { parameters: { ...one, delivery } });
    await call(`redeliver${level}WebhookDelivery`, 404, { parameters: { ...one, delivery } });
    await call(`delete${level}Webhook`, 204, { parameters: one });
    await call(`get${level}Webhook`, 404, { parameters: one });
  }
}

async function driveInstallation(): Promise<void> {
  for (const operation of ['getInstallation', 'listSettings', 'listKeys', 'listJobs'])
    await call(operation, 200);
  await call('rotateKeys', 200);
  await call('listOutboxMessages', 200, { parameters: { state: 'dead', kind: 'mail' } });
  await call('listOutboxMessages', 400, { parameters: { state: 'alive' } });
  const { database, outbox } = server.context;
  const message = await database.transaction((tx) => outbox.enqueue(tx, { kind: 'driven', payload: {} }));
  await call('redeliverOutboxMessage', 404, { parameters: { message } });
  await server.database.pool.query('UPDATE outbox SET dead_at = now() WHERE id = $1', [message]);
  await call('redeliverOutboxMessage', 200, { parameters: { message } });
}

async function driveReports(place: Record<string, string>): Promise<void> {
  const { org = '' } = place;
  const span = { from: '2026-01-01', to: '2026-01-31' };
  await call('getProjectUsage', 200, { parameters: { ...place, ...span } });
  await call('getProjectHourlyUsage', 200, { parameters: place });
  await call('getProjectOverview', 200, { parameters: place });
  await call('getOrganizationUsage', 200, { parameters: { org, ...span } });
  await call('getOrganizationUsage', 400, { parameters: { org, from: span.to, to: span.from } });
  const trail = await call('listProjectAuditEvents', 200, { parameters: place });
  expect(trail.body['data']).not.toEqual([]);
  await call('listOrganizationAuditEvents', 200, { parameters: { org } });
  await call('listAuditEvents', 200, { parameters: { action: 'client.created', page_limit: '1' } });
}
