import { randomBytes } from 'node:crypto';
import { ADMIN_SCOPES } from '../tenancy/access/permissions.js';
import { accountSubject, clientSubject } from '../tenancy/access/subjects.js';
import type { Context } from '../context.js';
import { lock } from '../platform/db/locks.js';
import { INSTALLATION } from '../tenancy/audit/audit.service.js';
import { INSTALLATION_TENANT } from '../tenancy/tenants/tenant.js';

export { INSTALLATION } from '../tenancy/audit/audit.service.js';

/** The credentials of a new installation, printed once. */
export interface FirstCredentials {
  operatorEmail: string;
  operatorPassword: string;
  clientId: string;
  clientSecret: string;
}

/**
 * On the first start creates an operator's account and an admin client, both owners of the installation, and returns
 * their secrets; undefined on every later start. Creates both or neither, on one node only.
 */
export async function bootstrap({
  accounts,
  clients,
  database,
  members,
  tenants,
}: Context): Promise<FirstCredentials | undefined> {
  if (await members.hasOwner()) return undefined;
  const tenant = await tenants.resolve('default', 'default');
  return database.transaction(async (tx) => {
    await lock(tx, 'bootstrap');
    if (await members.hasOwner(tx)) return undefined;
    const operatorEmail = 'operator@postern.test';
    const operatorPassword = randomBytes(18).toString('base64url');
    const operator = await accounts.create({ email: operatorEmail, password: operatorPassword }, tx);
    const { record, clientSecret } = await clients.create(
      INSTALLATION,
      tenant,
      {
        client_name: 'Installation admin',
        description: 'Made on the first start, for the admin API.',
        grant_types: ['client_credentials'],
        scopes: [...ADMIN_SCOPES],
      },
      { tx, adminReach: 'installation' },
    );
    for (const subject of [accountSubject(operator.id), clientSubject(record.clientId)]) {
      await members.grant(tx, INSTALLATION, INSTALLATION_TENANT, subject, 'owner');
    }
    return { operatorEmail, operatorPassword, clientId: record.clientId, clientSecret: clientSecret ?? '' };
  });
}
