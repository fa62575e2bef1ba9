import { expect } from '@jest/globals';
import { type Page, UserAgent } from '../../../src/demo/user-agent.js';
import { type Deviation, SoftwareAuthenticator } from './software-authenticator.js';
import { essentialAcr, passkeyOptions } from './second-factors.js';
import { protocolFixture } from '../protocol/protocol-fixture.js';
import { authorizationRequest, signIn } from '../protocol/relying-party.js';

/** Whether a page says that the passkey was not accepted. */
export const isRefused = ({ body, status }: Page) =>
  status === 400 && body.includes('This passkey was not accepted');

/**
 * A server, a relying party, and people with passkeys. For the top level of a test file: everything is closed after its
 * tests.
 */
export async function passkeyFixture() {
  const { config, server } = await protocolFixture({ env: { SIGN_IN_ATTEMPTS_PER_ADDRESS: '10000' } });

  /** Sets a passkey up where an application insists on one. */
  async function withPasskey({ synced = false, deviation = {} } = {}) {
    const person = await server.person();
    const agent = new UserAgent();
    const authenticator = new SoftwareAuthenticator(server.issuer, synced);
    const request = await authorizationRequest(config, essentialAcr('phr'));
    const page = await signIn(request, person, agent);
    expect(page.body).toContain('<h1>Set up a passkey</h1>');
    const { options, token } = await passkeyOptions(agent, page, '/second-factor/new-passkey');
    const fields = { credential: authenticator.create(options, deviation), token };
    const done = await agent.submit(page, fields, { action: '/new-passkey' });
    return { person, agent, authenticator, request, page: done, options };
  }

  /** Signs in with a passkey alone; by default as it should be done. */
  async function signInWith(
    authenticator: SoftwareAuthenticator,
    deviation: Deviation = {},
    { agent = new UserAgent(), parameters = {} } = {},
  ) {
    const request = await authorizationRequest(config, parameters);
    const form = await agent.open(request.url.href, {}, request.redirectUri);
    const { options, token } = await passkeyOptions(agent, form, '/passkey');
    const fields = { credential: authenticator.use(options, deviation), token };
    const page = await agent.submit(form, fields, { action: '/passkey', stopAt: request.redirectUri });
    return { request, agent, page, form, fields, options };
  }

  /** The newest event about an account. */
  async function lastEvent(targetId: string) {
    const { rows } = await server.database.pool.query<Record<string, unknown>>(
      `SELECT action, actor, changed_fields AS reason FROM audit_events WHERE target_id = $1
       ORDER BY occurred_at DESC, id DESC LIMIT 1`,
      [targetId],
    );
    return rows[0];
  }
  return { config, server, withPasskey, signInWith, lastEvent };
}
