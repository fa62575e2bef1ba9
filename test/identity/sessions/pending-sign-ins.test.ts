import { expect, test } from '@jest/globals';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { operator } from '../../harness/admin/admin-caller.js';
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
  return { agent, goOn: () => agent.open(stopped.url, {}, redirectUri) };
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
