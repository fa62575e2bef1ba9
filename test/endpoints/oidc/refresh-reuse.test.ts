import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { eventually } from '../../harness/common/eventually.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { obtainTokens, relyingParty } from '../../harness/protocol/relying-party.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ env: { REFRESH_GRACE: '0' } });
});
afterAll(() => server.close());

test('a refresh token that comes again ends the grant and is in the audit trail once', async () => {
  const client = await server.register({ client_name: 'Photo book' });
  const config = await relyingParty(server, client);
  const person = await server.person();
  const { refresh_token: first = '' } = await obtainTokens(config, person);
  const { refresh_token: second = '' } = await oidc.refreshTokenGrant(config, first);

  const events = async () => {
    const { rows } = await server.database.pool.query(
      `SELECT actor, client_id, target_id FROM audit_events WHERE action = 'account.refresh_token_reused'`,
    );
    return rows as unknown[];
  };
  expect(await events()).toEqual([]);
  for (const token of [first, first, second]) {
    await expect(oidc.refreshTokenGrant(config, token)).rejects.toMatchObject({ error: 'invalid_grant' });
  }
  await eventually(async () => (await events()).length > 0);
  expect(await events()).toEqual([{ actor: 'anonymous', client_id: client.client_id, target_id: person.id }]);
});
