import { operator } from '../admin/admin-caller.js';
import { protocolFixture } from '../protocol/protocol-fixture.js';
import type { AtHome } from './account-pages.js';

/**
 * Two nodes, a client named `Photo book`, its relying party and an operator, for tests of the account area. For the top
 * level of a test file: everything is closed after its tests.
 */
export async function accountFixture() {
  const { server, client, config, addNode } = await protocolFixture({
    client: { client_name: 'Photo book' },
  });
  const other = await addNode({ TRUSTED_PROXIES: '1' });
  const root = await operator(server);
  return {
    server,
    other,
    client,
    config,
    root,
    /** The audit events of an account, newest first. */
    eventsOf: async (id: string) => {
      const { body } = await root('GET', `/audit_events?target_id=${id}`);
      return body['data'] as Record<string, unknown>[];
    },
    /** The record of an account. */
    accountOf: async (id: string) => (await root('GET', `/accounts/${id}`)).body,
    /** Sends a form without a browser's help: with the person's cookies, these fields and headers. */
    post: (
      { agent }: AtHome,
      path: string,
      fields: Record<string, string>,
      headers: Record<string, string> = {},
    ) => {
      const cookie = agent
        .cookies()
        .map(({ name, value }) => `${name}=${value}`)
        .join('; ');
      const body = new URLSearchParams(fields);
      return fetch(server.origin + path, {
        method: 'POST',
        redirect: 'manual',
        body,
        headers: { cookie, ...headers },
      });
    },
  };
}

/** The CSRF token on a page of the account area. */
export function csrfOf(body: string): string {
  return /name="csrf" value="([^"]+)"/.exec(body)?.[1] ?? '';
}
