import { expect, test } from '@jest/globals';
import { MODELS } from '../../../adapters/artifact.models.js';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { personActor } from '../../../src/identity/account-events/actor.js';
import { operator } from '../../harness/admin/admin-caller.js';
import { eventually } from '../../harness/common/eventually.js';
import { silentAnswer } from '../../harness/pages/sign-out.js';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import { authorizationRequest, relyingParty } from '../../harness/protocol/relying-party.js';
import { basic, postForm } from '../../harness/protocol/wire.js';

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

/** Runs `meanwhile` when the next row of the model is about to be stored, which waits until it is done. */
async function whileStoring(model: number, work: () => Promise<unknown>, meanwhile: () => Promise<unknown>) {
  const { pool } = server.database;
  await pool.query(`CREATE FUNCTION wait_for_test() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_advisory_xact_lock_shared(4711); RETURN NEW; END $$`);
  await pool.query(`CREATE TRIGGER wait_for_test BEFORE INSERT OR UPDATE ON artifacts FOR EACH ROW
    WHEN (NEW.model = ${String(model)}) EXECUTE FUNCTION wait_for_test()`);
  const gate = await pool.connect();
  await gate.query('SELECT pg_advisory_lock(4711)');
  const working = work();
  await eventually(async () => {
    const { rowCount } = await pool.query(
      `SELECT FROM pg_stat_activity WHERE wait_event = 'advisory' AND datname = current_database()`,
    );
    return rowCount === 1;
  });
  await meanwhile();
  await gate.query('SELECT pg_advisory_unlock(4711)');
  gate.release();
  await working;
  await pool.query('DROP TRIGGER wait_for_test ON artifacts; DROP FUNCTION wait_for_test');
}

test('all sessions that end while a sign-in is stored end that one, too', async () => {
  const person = await server.person();
  const { agent, goOn } = await provedSignIn(person);
  await whileStoring(MODELS.Session, goOn, async () => {
    expect((await root('POST', `/accounts/${person.id}/end_sessions`)).status).toBeLessThan(300);
  });
  expect(await silentAnswer(config, agent)).toBe('login_required');
  expect((await root('GET', `/accounts/${person.id}/sessions`)).body['data']).toEqual([]);
});

test('a password that is set while a first-party grant is stored leaves no offline access', async () => {
  const own = await server.register({ first_party: true, scopes: ['openid', 'offline_access'] });
  const ownConfig = await relyingParty(server, own);
  const person = await server.person();
  const agent = new UserAgent();
  const parameters = { scope: 'openid offline_access' };
  const { url, redirectUri, checks } = await authorizationRequest(ownConfig, parameters);
  const page = await agent.open(url.href);
  const resume = `${server.issuer}/oauth2/authorize/`;
  const { email, password } = person;
  const stopped = await agent.submit(page, { email, password }, { action: '/login', stopAt: resume });
  let back = '';
  await whileStoring(
    MODELS.Grant,
    async () => (back = (await agent.open(stopped.url, {}, redirectUri)).url),
    async () => {
      const answer = await root('POST', `/accounts/${person.id}/set_password`, { password: PASSWORD });
      expect(answer.status).toBeLessThan(300);
    },
  );
  const form = {
    grant_type: 'authorization_code',
    code: new URL(back).searchParams.get('code') ?? '',
    redirect_uri: redirectUri,
    code_verifier: checks.pkceCodeVerifier,
  };
  expect(await postForm(`${server.issuer}/oauth2/token`, form, basic(own))).toMatchObject({
    status: 400,
    body: { error: 'invalid_grant' },
  });
});
