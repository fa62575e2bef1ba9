import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { logoutMessage } from '../../../src/identity/sessions/logout-messages.js';
import { eventually } from '../../harness/common/eventually.js';
import { nextMail } from '../../harness/mail/mailbox.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { type LogoutReceiver, startLogoutReceiver } from '../../harness/outside/logout-receiver.js';
import { confirmSignOut, openSignOut } from '../../harness/pages/sign-out.js';
import { obtainTokens, relyingParty } from '../../harness/protocol/relying-party.js';

/** A receiver is given 2.5 s to answer; all at once, so many of them would take all deliveries for longer. */
const MANY = 60;
const SOON = 2_000;

let server: TestServer;
const receivers: LogoutReceiver[] = [];
beforeAll(async () => {
  server = await startTestServer({ delivers: true });
});
afterEach(async () => {
  await server.database.pool.query('DELETE FROM outbox');
  await Promise.all(receivers.splice(0).map((receiver) => receiver.close()));
});
afterAll(() => server.close());

async function subscriber(status?: number | 'never') {
  const receiver = await startLogoutReceiver(status);
  receivers.push(receiver);
  return { receiver, client: await server.register({ backchannel_logout_uri: receiver.uri }) };
}

/** Clients whose receivers hang, with many logout tokens on their way to each. */
async function hangingReceivers(count: number): Promise<LogoutReceiver[]> {
  const hanging = await Promise.all(Array.from({ length: count }, () => subscriber('never')));
  const notices = hanging.flatMap(({ client }) =>
    Array.from({ length: MANY }, () => ({
      clientId: client.client_id,
      accountId: randomUUID(),
      sid: randomUUID(),
    })),
  );
  const { database, outbox } = server.context;
  await database.transaction((tx) => outbox.enqueueAll(tx, notices.map(logoutMessage)));
  return hanging.map(({ receiver }) => receiver);
}

const got = (hanging: LogoutReceiver[]) => hanging.reduce((sum, { tokens }) => sum + tokens.length, 0);

test('a client that hangs delays no logout tokens of others: it gets two at once', async () => {
  const { receiver, client } = await subscriber();
  const [agent, config] = [new UserAgent(), await relyingParty(server, client)];
  await obtainTokens(config, await server.person(), { scope: 'openid' }, agent);
  const page = await openSignOut(config, agent);
  const hanging = await hangingReceivers(1);
  await eventually(() => got(hanging) > 1);
  await confirmSignOut(agent, page);
  await eventually(() => receiver.tokens.length === 1, SOON);
  // Of more than a thousand; each attempt of the two ends after 2.5 s.
  expect(got(hanging)).toBeLessThan(9);
});

test('however many clients hang, mail is sent', async () => {
  const { email } = await server.person();
  const agent = new UserAgent();
  const page = await agent.open(`${server.issuer}/recover`);
  const hanging = await hangingReceivers(6);
  await eventually(() => got(hanging) > 7);
  const started = performance.now();
  await agent.submit(page, { email });
  await nextMail(server, email);
  expect(performance.now() - started).toBeLessThan(SOON);
});
