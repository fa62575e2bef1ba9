import { expect, test } from '@jest/globals';
import { MODELS } from '../../../adapters/artifact.models.js';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { personActor } from '../../../src/identity/account-events/actor.js';
import { operator } from '../../harness/admin/admin-caller.js';
import { eventually } from '../../harness/common/eventually.js';
import { silentAnswer } from '../../harness/pages/sign-out.js';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import { authorizationRequest } from '../../harness/protocol/relying-party.js';

const { server, config } = await protocolFixture();
const root = await operator(server);

type Person = Awaited<ReturnType<typeof server.person>>;

/** Shows the password, and stops before the engine is told; returns how to go on. */
async function provedSignIn({ email, password }: Person, parameters: Record<string, string> = {}) {
  const agent = new UserAgent();
  const { url, redirectUri } = await authorizationRequest(config, { scope: 'openid', ...parameters });
  const page = await agent.open(url.href);
  const resume = `${server.issuer}/oauth2/authorize/`;
  const stopped = await agent.submit(page, { email, password }, { action: '/login', stopAt: resume });
  expect(stopped.url.startsWith(resume)).toBe(true);
  return { agent, redirectUri, goOn: () => agent.open(stopped.url, {}, redirectUri) };
}

test('a sign-in that was proved goes on to the consent', async () => {
  const { goOn } = await provedSignIn(await server.person());
  expect((await goOn()).body).toContain('Allow');
});

const PASSWORD = 'another battery horse 7';
const changes: [what: string, ...calls: [method: string, path: string, body?: object][]][] = [
  ['a new password', ['POST', '/set_password', { password: PASSWORD }]],
  ['the end of all sessions', ['POST', '/end_sessions']],
  ['a disabled account that was enabled again', ['POST', '/disable'], ['POST', '/enable']],
];

test.each(changes)('after %s it does not', async (_what, ...calls) => {
  for (const parameters of [{}, { prompt: 'select_account' }]) {
    const person = await server.person();
    const { agent, goOn } = await provedSignIn(person, parameters);
    for (const [method, path, body] of calls)
      expect((await root(method, `/accounts/${person.id}${path}`, body)).status).toBeLessThan(300);
    expect((await goOn()).body).toContain('name="password"');
    expect(await silentAnswer(config, agent)).toBe('login_required');
  }
});

test('a session that is kept when the others end goes on with what it was asked', async () => {
  const person = await server.person();
  const { agent, goOn, redirectUri } = await provedSignIn(person);
  const consent = await goOn();
  const { body } = await root('GET', `/accounts/${person.id}/sessions`);
  const [kept] = body['data'] as { id: string }[];
  const self = personActor(person.id, { address: '127.0.0.1', requestId: null });
  await server.context.accountAccess.endSessions(self, person.id, kept?.id);
  const back = await agent.submit(consent, {}, { action: '/consent', stopAt: redirectUri });
  expect(new URL(back.url).searchParams.has('code')).toBe(true);
  expect(await silentAnswer(config, agent)).toBe('code');
});

test('all sessions that end while a sign-in is stored end that one, too', async () => {
  const person = await server.person();
  const { agent, goOn } = await provedSignIn(person);
  const { pool } = server.database;
  await pool.query(`CREATE FUNCTION wait_for_test() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_advisory_xact_lock_shared(4711); RETURN NEW; END $$`);
  await pool.query(`CREATE TRIGGER wait_for_test BEFORE INSERT OR UPDATE ON artifacts FOR EACH ROW
    WHEN (NEW.model = ${String(MODELS.Session)}) EXECUTE FUNCTION wait_for_test()`);
  const gate = await pool.connect();
  await gate.query('SELECT pg_advisory_lock(4711)');
  const going = goOn();
  await eventually(async () => {
    const { rowCount } = await pool.query(
      `SELECT FROM pg_stat_activity WHERE wait_event = 'advisory' AND datname = current_database()`,
    );
    return rowCount === 1;
  });
  expect((await root('POST', `/accounts/${person.id}/end_sessions`)).status).toBeLessThan(300);
  await gate.query('SELECT pg_advisory_unlock(4711)');
  gate.release();
  await going;
  await pool.query('DROP TRIGGER wait_for_test ON artifacts');
  expect(await silentAnswer(config, agent)).toBe('login_required');
  expect((await root('GET', `/accounts/${person.id}/sessions`)).body['data']).toEqual([]);
});
