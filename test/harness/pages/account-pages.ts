import { type Page, UserAgent } from '../../../src/demo/user-agent.js';
import type { TestServer } from '../nodes/test-server.js';
import { signInToOwnPage } from './own-sign-in.js';

/** A person who is signed in to the account area in a browser of their own. */
export interface AtHome {
  person: { id: string; email: string; password: string };
  agent: UserAgent;
  /** Opens a page of the account area; by default on the first node. */
  open(path: string, origin?: string): Promise<Page>;
  /** Sends the page's form whose action ends so. */
  send(page: Page, action: string, fields?: Record<string, string | null>): Promise<Page>;
  /** Lets the last sign-in be so long ago that what matters asks for another. */
  growStale(): Promise<void>;
}

/** Signs a new person in to the account area. */
export async function atHome(server: TestServer, given?: AtHome['person']): Promise<AtHome> {
  const person = given ?? (await server.person());
  const agent = new UserAgent();
  await signInToOwnPage(server.origin, '/account', person, agent);
  return {
    person,
    agent,
    open: (path, origin = server.origin) => agent.open(origin + path),
    send: (page, action, fields = {}) => agent.submit(page, fields, { action }),
    growStale: async () => {
      const text = `UPDATE own_sessions SET auth_time = auth_time - interval '11 minutes' WHERE account_id = $1`;
      await server.database.pool.query(text, [person.id]);
    },
  };
}
