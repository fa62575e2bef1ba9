import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Page, UserAgent } from '../../../src/demo/user-agent.js';
import { codeOf, letTimePass, linkOn, wrongCode } from '../../harness/factors/second-factors.js';
import { SoftwareAuthenticator } from '../../harness/factors/software-authenticator.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { signInToOwnPage } from '../../harness/pages/own-sign-in.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const SECURITY = '/account/security';

/** A person who is signed in at the account area. */
async function signedIn() {
  const person = await server.person();
  const agent = new UserAgent();
  const page = await signInToOwnPage(server.origin, SECURITY, person, agent);
  const open = (path: string) => agent.open(`${server.origin}${path}`);
  return { person, agent, page, open };
}

/** Adds a passkey on its page; the page that comes then. */
async function addPasskey(agent: UserAgent, authenticator = new SoftwareAuthenticator(server.issuer)) {
  const form = await agent.open(`${server.origin}${SECURITY}/passkeys/new`);
  const { body } = await agent.open(`${server.origin}${SECURITY}/passkeys/options`);
  const { options, token } = JSON.parse(body) as { options: { challenge: string }; token: string };
  const fields = { credential: authenticator.create(options), token };
  return agent.submit(form, fields, { action: '/passkeys' });
}

/** Sets an authenticator app up on its page; the page that comes then, and the key. */
async function addApp(agent: UserAgent): Promise<{ page: Page; secret: string }> {
  const form = await agent.open(`${server.origin}${SECURITY}/authenticator`);
  const secret = /id="key">([^<]+)</.exec(form.body)?.[1] ?? '';
  const page = await agent.submit(form, { code: codeOf(secret) }, { action: '/authenticator' });
  await letTimePass(server);
  return { page, secret };
}

const codesOn = ({ body }: Page) => [...body.matchAll(/<li><code>([^<]+)<\/code>/g)].map(([, code]) => code);
const heading = ({ body }: Page) => /<h1>([^<]+)</.exec(body)?.[1];
/** Moves the sign-in of the person back, in both sessions. */
async function age(accountId: string): Promise<void> {
  const { pool } = server.database;
  await pool.query(
    "UPDATE own_sessions SET auth_time = auth_time - interval '11 minutes' WHERE account_id = $1",
    [accountId],
  );
  await pool.query(
    `UPDATE artifacts SET payload = jsonb_set(payload, '{loginTs}', to_jsonb((payload->>'loginTs')::int - 660))
     WHERE account_id = $1 AND payload ? 'loginTs'`,
    [accountId],
  );
}

describe('passkeys', () => {
  test('are added, renamed and removed; codes come with the first only', async () => {
    const { agent, open } = await signedIn();
    const first = await addPasskey(agent);
    expect(heading(first)).toBe('Keep your recovery codes');
    expect(codesOn(first)).toHaveLength(10);
    const second = await addPasskey(agent);
    expect(second.url).toBe(`${server.origin}${SECURITY}?done=passkey-added`);
    expect(second.body).toContain('The passkey was added.');

    const renaming = await agent.open(linkOn(second, '#passkeys'));
    const renamed = await agent.submit(renaming, { name: '  Blue <key> ' }, { action: '/rename' });
    expect(renamed.body).toContain('Blue &lt;key&gt;');
    const refused = await agent.submit(renaming, { name: ' ' }, { action: '/rename' });
    expect(refused.status).toBe(400);
    expect(refused.body).toContain('Enter a name of 1 to 64 characters.');

    const confirming = await agent.open(linkOn(await open(SECURITY), '#confirm'));
    expect(confirming.body).toContain('Remove the passkey');
    const removed = await agent.submit(confirming, {}, { action: '/remove' });
    expect(removed.body).toContain('The passkey was removed.');
  });

  test('are not removed when the person could not sign in any more', async () => {
    const { person, agent, open } = await signedIn();
    await addPasskey(agent);
    const confirming = await agent.open(linkOn(await open(SECURITY), '#confirm'));
    await server.database.pool.query('UPDATE accounts SET password_hash = NULL WHERE id = $1', [person.id]);
    const refused = await agent.submit(confirming, {}, { action: '/remove' });
    expect(refused.status).toBe(400);
    expect(refused.body).toContain('is the last way to sign in');
    const page = await open(SECURITY);
    expect(page.body).toContain('It is your only way to sign in.');
    expect(page.body).not.toContain('>Remove<');
  });

  test('of others cannot be touched', async () => {
    const [mine, theirs] = [await signedIn(), await signedIn()];
    await addPasskey(mine.agent);
    await addPasskey(theirs.agent);
    const { rows } = await server.database.pool.query<{ id: string }>(
      'SELECT id FROM passkeys WHERE account_id = $1',
      [theirs.person.id],
    );
    const id = rows[0]?.id ?? '';
    const page = await mine.open(SECURITY);
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
    for (const action of ['rename', 'remove']) {
      const body = new URLSearchParams({ csrf, name: 'Stolen' });
      const answer = await mine.agent.open(`${server.origin}${SECURITY}/passkeys/${id}/${action}`, {
        method: 'POST',
        body,
      });
      expect(answer.status).toBeGreaterThanOrEqual(400);
    }
    const { rows: after } = await server.database.pool.query('SELECT name FROM passkeys WHERE id = $1', [id]);
    expect(after).toEqual([{ name: 'Passkey' }]);
  });

  test('are limited to twenty', async () => {
    const { person, agent } = await signedIn();
    await addPasskey(agent);
    await server.database.pool.query(
      `INSERT INTO passkeys (account_id, credential_id, user_handle, rp_id, public_key, sign_count, aaguid, device_type, backed_up, name)
       SELECT account_id, decode(md5(n::text || account_id), 'hex'), user_handle, rp_id, public_key, 0, aaguid, device_type, backed_up, 'More'
       FROM passkeys, generate_series(1, 19) AS n WHERE account_id = $1`,
      [person.id],
    );
    const options = await agent.open(`${server.origin}${SECURITY}/passkeys/options`);
    expect(options.status).toBeGreaterThanOrEqual(400);
  });
});

describe('an authenticator app', () => {
  test('is set up with a code, moved with another, and turned off', async () => {
    const { agent, open } = await signedIn();
    const form = await open(`${SECURITY}/authenticator`);
    const secret = /id="key">([^<]+)</.exec(form.body)?.[1] ?? '';
    const wrong = await agent.submit(form, { code: wrongCode(secret) }, { action: '/authenticator' });
    expect(wrong.status).toBe(400);
    expect(wrong.body).toContain(`id="key">${secret}<`);
    const set = await agent.submit(wrong, { code: codeOf(secret) }, { action: '/authenticator' });
    expect(codesOn(set)).toHaveLength(10);

    const moved = await addApp(agent);
    expect(moved.page.body).toContain('The authenticator app is on.');
    expect(moved.secret).not.toBe(secret);

    const off = await agent.open(linkOn(await open(SECURITY), '#confirm'));
    const done = await agent.submit(off, {}, { action: '/authenticator/remove' });
    expect(done.body).toContain('The authenticator app is off.');
    expect(done.body).toContain('You get ten of them together with your first passkey or authenticator app.');
  });

  test('is not set up with the secret of another person, or an invented one', async () => {
    const [mine, theirs] = [await signedIn(), await signedIn()];
    const form = await theirs.open(`${SECURITY}/authenticator`);
    const sealed = /name="sealed" value="([^"]+)"/.exec(form.body)?.[1] ?? '';
    const own = await mine.open(`${SECURITY}/authenticator`);
    for (const value of [sealed, '', 'AAAA']) {
      const answer = await mine.agent.submit(
        own,
        { sealed: value, code: '123456' },
        { action: '/authenticator' },
      );
      expect(answer.status).toBe(400);
      expect(answer.body).toContain('Start the set-up again');
    }
  });
});

describe('recovery codes', () => {
  test('are replaced by new ones, and need a second factor', async () => {
    const { agent, open } = await signedIn();
    const early = await agent.submit(
      await open(`${SECURITY}/recovery-codes`),
      {},
      { action: '/recovery-codes' },
    );
    expect(early.status).toBe(400);
    expect(early.body).toContain('Add a passkey or an authenticator app first.');
    const first = codesOn((await addApp(agent)).page);
    const second = codesOn(
      await agent.submit(await open(`${SECURITY}/recovery-codes`), {}, { action: '/recovery-codes' }),
    );
    expect(second).toHaveLength(10);
    expect(second.filter((code) => first.includes(code))).toEqual([]);
    expect((await open(SECURITY)).body).toContain('10 of 10 left');
  });
});

describe('what matters', () => {
  test.each(['/passkeys/new', '/authenticator', '/recovery-codes', '?remove=x', '?off=authenticator'])(
    '%s asks for a sign-in of the last ten minutes',
    async (path) => {
      const { person, open } = await signedIn();
      await age(person.id);
      expect(heading(await open(`${SECURITY}${path}`))).toBe('Sign in');
      expect(heading(await open(SECURITY))).toBe('Sign-in and security');
    },
  );

  test('changes nothing when the form comes too late', async () => {
    const { person, agent, open } = await signedIn();
    await addApp(agent);
    const off = await agent.open(linkOn(await open(SECURITY), '#confirm'));
    await age(person.id);
    expect(heading(await agent.submit(off, {}, { action: '/authenticator/remove' }))).toBe('Sign in');
    expect((await server.context.factors.enrolled(person.id)).totp).toBe(true);
  });

  test('asks for the second factor in a browser that was trusted without it', async () => {
    const { person, agent } = await signedIn();
    const { secret } = await addApp(agent);
    const trusted = new UserAgent();
    const asked = await signInToOwnPage(server.origin, SECURITY, person, trusted);
    await trusted.submit(asked, { code: codeOf(secret), trust: 'yes' }, { action: '/second-factor' });
    await letTimePass(server);
    for (const cookie of trusted.cookies()) if (cookie.name !== 'postern_trusted') cookie.name = 'gone';
    const page = await signInToOwnPage(server.origin, SECURITY, person, trusted);
    expect(heading(page)).toBe('Sign-in and security');
    expect(page.body).toContain('This browser');
    const confirm = await trusted.open(`${server.origin}${SECURITY}/authenticator`);
    expect(heading(confirm)).toBe('Confirm that it is you');
    const next = await trusted.submit(confirm, { code: codeOf(secret) }, { action: '/second-factor' });
    expect(heading(next)).toBe('Move the authenticator app');

    await letTimePass(server);
    const forgotten = await trusted.submit(
      await trusted.open(`${server.origin}${SECURITY}`),
      {},
      { action: '/forget' },
    );
    expect(forgotten.body).toContain('You will be asked for a code there again.');
  });

  test('is limited to twenty changes an hour', async () => {
    const { agent, open } = await signedIn();
    await addApp(agent);
    const form = await open(`${SECURITY}/recovery-codes`);
    const statuses = [];
    for (let change = 0; change < 20; change++)
      statuses.push((await agent.submit(form, {}, { action: '/recovery-codes' })).status);
    expect(statuses).toEqual([...Array<number>(19).fill(200), 429]);
  });

  test.each([
    '/passkeys',
    '/authenticator',
    '/authenticator/remove',
    '/recovery-codes',
    '/trusted-browsers/forget',
  ])('refuses a form of another site at %s', async (path) => {
    const { agent } = await signedIn();
    const body = new URLSearchParams({ csrf: 'forged' });
    const answer = await agent.open(`${server.origin}${SECURITY}${path}`, { method: 'POST', body });
    expect(answer.status).toBe(400);
    expect(answer.body).toContain('did not come from our page');
  });

  test('leaves events and notices', async () => {
    const { person, agent } = await signedIn();
    await addPasskey(agent);
    const { rows } = await server.database.pool.query<{ action: string }>(
      "SELECT action FROM audit_events WHERE target_id = $1 AND action LIKE 'account.passkey%'",
      [person.id],
    );
    expect(rows).toEqual([{ action: 'account.passkey_added' }]);
    const activity = await agent.open(`${server.origin}/account/activity`);
    expect(activity.body).toContain('A passkey was added');
  });
});
