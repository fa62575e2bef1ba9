import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type * as oidc from 'openid-client';
import { MODELS } from '../../../adapters/artifact.models.js';
import { UserAgent } from '../../../src/demo/user-agent.js';
import {
  authorizationRequest,
  obtainTokens,
  relyingParty,
  signIn,
} from '../../harness/protocol/relying-party.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let server: TestServer;
let config: oidc.Configuration;
let person: { id: string; email: string; password: string };
beforeAll(async () => {
  server = await startTestServer();
  config = await relyingParty(server, await server.register());
  person = await server.person();
});
afterEach(async () => {
  await sql('DROP TRIGGER away ON artifacts');
  expect(server.logs()).toContain('"status":503');
  expect(server.logs()).not.toContain('"level":50');
});
afterAll(() => server.close());

const sql = (text: string) => server.database.pool.query(text);

/** PostgreSQL goes away whenever an artifact of this model is about to be written. */
async function goAwayAt(model: number): Promise<void> {
  await sql(`CREATE OR REPLACE FUNCTION go_away() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'gone' USING ERRCODE = '57P01'; END $$`);
  await sql(`CREATE TRIGGER away BEFORE INSERT OR UPDATE ON artifacts FOR EACH ROW
    WHEN (NEW.model = ${String(model)}) EXECUTE FUNCTION go_away()`);
}

test.each([
  ['the grant', MODELS.Grant],
  ['the interaction', MODELS.Interaction],
])('when %s cannot be written, the person is told to try again, and then can go on', async (_, model) => {
  const request = await authorizationRequest(config);
  const agent = new UserAgent();
  const consent = await signIn(request, person, agent);
  await goAwayAt(model);
  const away = await agent.submit(consent, {}, { action: '/consent' });
  expect(away.status).toBe(503);
  expect(away.headers.get('retry-after')).toBe('1');
  expect(away.body).toContain('Try again shortly');

  await sql('ALTER TABLE artifacts DISABLE TRIGGER away');
  const { redirectUri } = request;
  const back = await agent.submit(consent, {}, { action: '/consent', stopAt: redirectUri });
  expect(new URL(back.url).searchParams.has('code')).toBe(true);
});

test('when the session cannot be saved, the answer is 503', async () => {
  const agent = new UserAgent();
  await obtainTokens(config, person, { scope: 'openid' }, agent);
  // An application that the person has not used in this session is new in it, so that it is saved at once.
  const other = await relyingParty(server, await server.register({ first_party: true }));
  await goAwayAt(MODELS.Session);
  const { url } = await authorizationRequest(other, { scope: 'openid' });
  expect((await agent.open(url.href)).status).toBe(503);
});
