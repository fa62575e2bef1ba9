import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { MODELS } from '../../../adapters/artifact.models.js';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { obtainTokens, relyingParty } from '../../harness/protocol/relying-party.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { basic, postForm } from '../../harness/protocol/wire.js';

let server: TestServer;
let client: RegisteredClient;
let config: oidc.Configuration;
beforeAll(async () => {
  server = await startTestServer();
  client = await server.register();
  config = await relyingParty(server, client);
});
afterEach(() => sql('DROP TRIGGER IF EXISTS away ON artifacts'));
afterAll(() => server.close());

const sql = (text: string) => server.database.pool.query(text);

/** PostgreSQL goes away whenever a row of these models is about to be deleted. */
async function goAwayAt(models: readonly number[]): Promise<void> {
  await sql(`CREATE OR REPLACE FUNCTION go_away() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'gone' USING ERRCODE = '57P01'; END $$`);
  await sql(`CREATE TRIGGER away BEFORE DELETE ON artifacts FOR EACH ROW
    WHEN (OLD.model IN (${models.join(', ')})) EXECUTE FUNCTION go_away()`);
}

async function revoke(token: string): Promise<number> {
  return (await postForm(`${server.origin}/oauth2/revoke`, { token }, basic(client))).status;
}

const isActive = async (token: string) => (await oidc.tokenIntrospection(config, token)).active;

test.each([
  ['refresh', [MODELS.AccessToken, MODELS.Grant]],
  ['refresh', [MODELS.AccessToken]],
  ['refresh', [MODELS.RefreshToken]],
  ['refresh', [MODELS.Grant]],
  ['access', [MODELS.RefreshToken]],
  ['access', [MODELS.AccessToken]],
] as const)('revoking the %s token, cut off at model %j, can be made again', async (which, models) => {
  const tokens = await obtainTokens(config, await server.person(), {}, new UserAgent());
  const [access, refresh] = [tokens.access_token, tokens.refresh_token ?? ''];
  const token = which === 'refresh' ? refresh : access;
  await goAwayAt(models);
  expect(await revoke(token)).toBe(503);

  await sql('DROP TRIGGER away ON artifacts');
  expect(await revoke(token)).toBe(200);
  expect(await isActive(access)).toBe(false);
  expect(await isActive(refresh)).toBe(false);
  await expect(oidc.refreshTokenGrant(config, refresh)).rejects.toMatchObject({ error: 'invalid_grant' });
});
