import { randomBytes } from 'node:crypto';
import type { Context } from './context.js';
import { lock } from './db/locks.js';
import { ADMIN_SCOPES } from './oidc/configuration.js';

/** Who the installation's own command line acts as in the audit trail. */
export const INSTALLATION = { subject: 'installation', address: null, requestId: null };

/** What a fresh installation needs, shown once. */
export interface FirstCredentials {
  operatorEmail: string;
  operatorPassword: string;
  clientId: string;
  clientSecret: string;
}

/**
 * On the first start makes an operator's account and an admin client and returns their secrets; undefined on every
 * other. Both or none are made, and by one node only.
 */
export async function bootstrap({
  accounts,
  clients,
  tenants,
  database,
}: Context): Promise<FirstCredentials | undefined> {
  if ((await accounts.operators()).length > 0) return undefined;
  const tenant = await tenants.resolve('default', 'default');
  return database.transaction(async (tx) => {
    await lock(tx, 'bootstrap');
    if ((await accounts.operators(tx)).length > 0) return undefined;
    const operatorEmail = 'operator@postern.test';
    const operatorPassword = randomBytes(18).toString('base64url');
    await accounts.create({ email: operatorEmail, password: operatorPassword, isOperator: true }, tx);
    const { record, clientSecret } = await clients.create(
      INSTALLATION,
      tenant,
      {
        client_name: 'Installation admin',
        description: 'Made on the first start, for the admin API.',
        grant_types: ['client_credentials'],
        scopes: [...ADMIN_SCOPES],
      },
      tx,
    );
    return { operatorEmail, operatorPassword, clientId: record.clientId, clientSecret: clientSecret ?? '' };
  });
}
