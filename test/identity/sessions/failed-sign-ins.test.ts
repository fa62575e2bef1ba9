import { describe, expect, test } from '@jest/globals';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { browserOf } from '../../../src/identity/sessions/user-agent.js';
import { eventually } from '../../harness/common/eventually.js';
import { startTestServer } from '../../harness/nodes/test-server.js';
import { obtainTokens } from '../../harness/protocol/relying-party.js';
import { attemptSignIn } from '../../harness/pages/sign-in-attempt.js';
import { signInsFixture } from '../../harness/pages/sign-ins-fixture.js';

const { server, config, rowsOf, eventsOf, logsOf } = await signInsFixture();

describe('an attempt that fails', () => {
  test('is a line of the log, and an event of the account', async () => {
    const { id, email } = await server.person();
    await attemptSignIn(config, { email, password: 'wrong' }, { at: server, from: '192.0.2.10' });
    await eventually(async () => (await eventsOf(id)).length === 1);
    expect(await eventsOf(id)).toMatchObject([
      { action: 'account.sign_in_failed', actor: 'anonymous', address: '192.0.2.10' },
    ]);
    expect(logsOf('a sign-in failed')).toContainEqual(
      expect.objectContaining({ accountId: id, address: '192.0.2.10' }),
    );
    expect(await rowsOf(id)).toEqual([]);
  });

  test('just before the node ends is recorded', async () => {
    const node = await startTestServer({ nodeOf: server, env: { TRUSTED_PROXIES: '1' } });
    const { id, email } = await server.person();
    await attemptSignIn(config, { email, password: 'wrong' }, { at: node, from: '192.0.2.13' });
    await node.close();
    expect(await eventsOf(id)).toMatchObject([{ action: 'account.sign_in_failed', address: '192.0.2.13' }]);
  });

  test('at an address without an account is a line of the log that does not name it', async () => {
    const email = 'nobody-here@people.example';
    await attemptSignIn(config, { email, password: 'wrong' }, { at: server, from: '192.0.2.11' });
    const lines = logsOf('a sign-in failed').filter(({ address }) => address === '192.0.2.11');
    expect(lines).toHaveLength(1);
    expect(server.logs()).not.toContain(email);
  });

  test('beyond the limit locks out, which is recorded once', async () => {
    const { id, email } = await server.person();
    for (let attempt = 0; attempt < 5; attempt++)
      await attemptSignIn(config, { email, password: 'wrong' }, { at: server, from: '192.0.2.12' });
    await eventually(async () => (await eventsOf(id)).length === 3);
    expect((await eventsOf(id)).map(({ action }) => action).toSorted()).toEqual([
      'account.locked_out',
      'account.sign_in_failed',
      'account.sign_in_failed',
    ]);
    const refused = logsOf('too many sign-in attempts: account').filter(
      ({ address }) => address === '192.0.2.12',
    );
    expect(refused).toHaveLength(3);
  });
});

test.each([
  ['Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0', 'Firefox on Linux'],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36',
    'Chrome on Windows',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0',
    'Edge on Windows',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1',
    'Safari on iPhone',
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15',
    'Safari on macOS',
  ],
  [
    'Mozilla/5.0 (Linux; Android 16; Pixel 11) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/30.0 Chrome/150.0.0.0 Mobile Safari/537.36',
    'Samsung Internet on Android',
  ],
  ['Mozilla/5.0 (iPad; CPU OS 19_0 like Mac OS X) CriOS/156.0 Mobile Safari/604.1', 'Chrome on iPad'],
  ['Opera/9.80 (Windows NT 6.1) OPR/120.0', 'Opera on Windows'],
  ['Something (Windows NT 10.0)', 'Something'],
  ['curl/8.9', 'curl'],
  ['<script>alert(1)</script>', 'Another browser'],
  [null, 'Another browser'],
])('%s is called %s', (userAgent, words) => expect(browserOf(userAgent)).toBe(words));

test('a browser of a new name is marked, and the person gets a mail', async () => {
  const person = await server.person();
  const mails = async () => {
    const page = await server.context.mailbox.list(100);
    return page.data.filter(({ to }) => to === person.email).map(({ subject }) => subject);
  };
  await obtainTokens(config, person);
  await obtainTokens(config, person, {}, new UserAgent());
  expect((await rowsOf(person.id)).map((row) => row.new_browser)).toEqual([false, false]);
  await server.database.pool.query(
    `UPDATE sign_ins SET user_agent = 'Mozilla/5.0 (X11; Linux) Firefox/150.0' WHERE account_id = $1`,
    [person.id],
  );
  await obtainTokens(config, person, {}, new UserAgent());
  expect((await rowsOf(person.id)).filter((row) => row.new_browser)).toHaveLength(1);
  await eventually(async () => (await mails()).length === 1);
  expect((await mails())[0]).toContain('A new browser signed in');
});
