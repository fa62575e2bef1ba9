import { afterAll } from '@jest/globals';
import { operator } from '../admin/admin-caller.js';
import { relyingParty } from '../protocol/relying-party.js';
import { startTestServer } from '../nodes/test-server.js';

/** A recorded sign-in. */
interface Row {
  session_uid: string;
  client_id: string;
  address: string;
  user_agent: string;
  amr: string[];
  new_browser: boolean;
  occurred_at: Date;
  ended_at: Date | null;
}

/**
 * A server that records sign-ins and delivers mails, a client, and an operator. For the top level of a test file:
 * everything is closed after its tests.
 */
export async function signInsFixture() {
  const env = {
    TRUSTED_PROXIES: '1',
    SIGN_IN_ATTEMPTS_PER_ACCOUNT: '2',
    SIGN_IN_ATTEMPTS_PER_ADDRESS: '100',
    SIGN_IN_HISTORY_DAYS: '30',
  };
  const server = await startTestServer({ env, delivers: true });
  afterAll(() => server.close());
  const client = await server.register();
  const config = await relyingParty(server, client);
  const root = await operator(server);

  async function rowsOf(accountId: string): Promise<Row[]> {
    const text =
      'SELECT *, host(address) AS address FROM sign_ins WHERE account_id = $1 ORDER BY occurred_at';
    return (await server.database.pool.query<Row>(text, [accountId])).rows;
  }

  async function eventsOf(accountId: string): Promise<Record<string, unknown>[]> {
    const { body } = await root('GET', `/audit_events?target_id=${accountId}`);
    return (body['data'] as Record<string, unknown>[]).toReversed();
  }

  const logsOf = (message: string) =>
    server
      .logs()
      .split('\n')
      .filter((line) => line.includes(`"msg":"${message}"`))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { server, client, config, root, rowsOf, eventsOf, logsOf };
}
