import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { type DnsServer, startDnsServer } from '../../harness/faults/dns-server.js';
import { verificationOf } from '../../harness/admin/publisher.js';
import { authorizationRequest, relyingParty } from '../../harness/protocol/relying-party.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

const HOST = 'shop.publisher.example';

let dns: DnsServer;
let server: TestServer;
beforeAll(async () => {
  dns = await startDnsServer();
  server = await startTestServer({ env: { DNS_SERVERS: dns.address } });
});
afterAll(async () => {
  await server.close();
  await dns.close();
});

/** The words of the consent page about the publisher. */
async function publisherShown(client: RegisteredClient): Promise<string> {
  const { url } = await authorizationRequest(await relyingParty(server, client));
  const agent = new UserAgent();
  const { email, password } = await server.person();
  const signIn = await agent.open(url.href);
  const page = await agent.submit(signIn, { email, password }, { action: '/login' });
  const [, inside = ''] = /<p class="publisher[^"]*">(.*?)<\/p>/s.exec(page.body) ?? [];
  return inside.replace(/<[^>]+>/g, '');
}

test('the consent page names the publisher once it is verified, and says that there is none before', async () => {
  const client = await server.register({ client_uri: `https://${HOST}/about` });
  expect(await publisherShown(client)).toMatch(/Not verified: we do not know who publishes this/);
  dns.answer(HOST, [verificationOf(client).text]);
  await server.context.publisherPoller.checkDue();
  const shown = await publisherShown(client);
  expect(shown).toContain(`Verified publisher: ${HOST}`);
  expect(shown).not.toMatch(/not verified/i);
});

test('without a client_uri there is no verified publisher', async () => {
  expect(await publisherShown(await server.register())).toMatch(
    /Not verified: we do not know who publishes this/,
  );
});
