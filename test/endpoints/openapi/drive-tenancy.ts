import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { type Driver, idOf } from './driver.js';

export async function driveMembers({ call, server }: Driver, place: Record<string, string>): Promise<void> {
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

export async function driveAccounts({ call }: Driver): Promise<void> {
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
  await call('endAccountAccess', 204, { parameters });
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

export async function driveInvitations({ call }: Driver, place: Record<string, string>): Promise<void> {
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

export async function driveDevelopmentMailbox({ call, server }: Driver): Promise<void> {
  const mail = randomUUID();
  const words = { subject: 'Driven', text: 'Driven.', html: '<p>Driven.</p>' };
  await server.context.mailbox.keep(mail, { to: 'driven@people.example', ...words });
  await call('listDevelopmentMails', 200, { parameters: { page_limit: '1' } });
  await call('getDevelopmentMail', 200, { parameters: { mail } });
  await call('getDevelopmentMail', 404, { parameters: { mail: randomUUID() } });
}

export async function driveWebhooks({ call, server }: Driver, place: Record<string, string>): Promise<void> {
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

export async function driveInstallation({ call, server }: Driver): Promise<void> {
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

export async function driveReports({ call }: Driver, place: Record<string, string>): Promise<void> {
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
