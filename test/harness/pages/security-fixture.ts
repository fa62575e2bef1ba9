import { afterAll } from '@jest/globals';
import { type Page, UserAgent } from '../../../src/demo/user-agent.js';
import { codeOf, letTimePass } from '../factors/second-factors.js';
import { SoftwareAuthenticator } from '../factors/software-authenticator.js';
import { startTestServer } from '../nodes/test-server.js';
import { signInToOwnPage } from './own-sign-in.js';

/** The path of the page. */
export const SECURITY = '/account/security';
/** The recovery codes on a page. */
export const codesOn = ({ body }: Page) =>
  [...body.matchAll(/<li><code>([^<]+)<\/code>/g)].map(([, code]) => code);
/** The main heading of a page. */
export const heading = ({ body }: Page) => /<h1>([^<]+)</.exec(body)?.[1];

/** A server and people on its page of security. For the top level of a test file: everything is closed after its tests. */
export async function securityFixture() {
  const server = await startTestServer();
  afterAll(() => server.close());

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
  return { server, signedIn, addPasskey, addApp, age };
}
