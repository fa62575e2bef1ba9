import { afterEach, beforeEach, expect, test } from '@jest/globals';
import * as migration from '../../../migrations/20261126200000_give_account_scopes_to_admin_client.js';
import { bootstrap } from '../../../src/server/bootstrap.js';
import { ADMIN_SCOPES } from '../../../src/tenancy/access/permissions.js';
import { auditTrail } from '../../harness/database/database-probe.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

const EARLIER = ADMIN_SCOPES.filter((scope) => !scope.startsWith('accounts.'));

let server: TestServer;
let id: string;
beforeEach(async () => {
  server = await startTestServer();
  const made = await bootstrap(server.context);
  const client = await server.context.liveClients.find(made?.clientId ?? '');
  id = client?.record.id ?? '';
});
afterEach(() => server.close());

const query = (text: string, values: unknown[] = [id]) => server.database.pool.query(text, values);
const scopes = async () => {
  const { rows } = await query('SELECT scopes FROM oauth_clients WHERE id = $1');
  return (rows as { scopes: string[] }[])[0]?.scopes;
};

test('the admin client of an earlier release gets the scopes of accounts, once, and the trail says so', async () => {
  await query('UPDATE oauth_clients SET scopes = $2 WHERE id = $1', [id, EARLIER]);
  await migration.up(server.context.database.sql);
  expect(await scopes()).toEqual([...EARLIER, 'accounts.read', 'accounts.write']);
  await migration.up(server.context.database.sql);
  const changes = (await auditTrail(server, id)).filter(({ action }) => action === 'client.updated');
  expect(changes).toEqual([{ actor: 'installation', action: 'client.updated', changed_fields: ['scopes'] }]);
});

test.each([
  ['has lost another scope', 'UPDATE oauth_clients SET scopes = scopes[2:] WHERE id = $1'],
  [
    'is no owner any more',
    `DELETE FROM members WHERE subject = (SELECT 'client:' || client_id FROM oauth_clients WHERE id = $1)`,
  ],
  ['was not made by the first start', `UPDATE oauth_clients SET created_by = 'account:x' WHERE id = $1`],
  ['is deleted', 'UPDATE oauth_clients SET deleted_at = now() WHERE id = $1'],
])('one that %s stays as it is', async (_what, change) => {
  await query('UPDATE oauth_clients SET scopes = $2 WHERE id = $1', [id, EARLIER]);
  await query(change);
  const before = await scopes();
  await migration.up(server.context.database.sql);
  expect(await scopes()).toEqual(before);
});
