import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { type Page, UserAgent } from '../../../src/demo/user-agent.js';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { makeApi, makeScope } from '../../harness/admin/catalogue.js';
import {
  type Authorization,
  authorizationRequest,
  relyingParty,
  signIn,
} from '../../harness/protocol/relying-party.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

const ORDERS = 'https://orders.example/v1';
const STOCK = 'urn:example:stock';
const SCOPE = 'openid email orders.read orders.write stock.read';

let server: TestServer;
let config: oidc.Configuration;
let person: { id: string; email: string; password: string };
let agent: UserAgent;
beforeAll(async () => {
  server = await startTestServer();
  await makeApi(
    server,
    { audience: ORDERS, name: 'Orders & <b>more</b>', access_token_format: 'opaque' },
    [],
  );
  const { body } = await callAdmin(server, 'GET', '/apis');
  const orders = (body['data'] as { id: string; audience: string }[]).find(
    ({ audience }) => audience === ORDERS,
  );
  await makeScope(server, { name: 'orders.read', title: 'See your orders', api_id: orders?.id });
  await makeScope(server, { name: 'orders.write', title: 'Place orders for you', api_id: orders?.id });
  await makeApi(server, { audience: STOCK, name: 'Stock', access_token_format: 'opaque' }, ['stock.read']);
  const client = await server.register({
    scopes: ['email', 'orders.read', 'orders.write', 'stock.read'],
    optional_scopes: ['email', 'orders.write', 'stock.read'],
  });
  config = await relyingParty(server, client);
});
beforeEach(async () => {
  person = await server.person();
  agent = new UserAgent();
});
afterAll(() => server.close());

async function ask(parameters: Record<string, string> = {}): Promise<{ request: Authorization; page: Page }> {
  const request = await authorizationRequest(config, { scope: SCOPE, ...parameters });
  for (const resource of [ORDERS, STOCK]) request.url.searchParams.append('resource', resource);
  return { request, page: await signIn(request, person, agent) };
}

/** Allows with these boxes ticked, and redeems the code for each API in turn, or for none. */
async function allow({ request, page }: Awaited<ReturnType<typeof ask>>, ticked: string | null) {
  const back = await agent.submit(
    page,
    { scope: ticked },
    { action: '/consent', stopAt: request.redirectUri },
  );
  return { request, page: back };
}
function redeem({ request, page }: Awaited<ReturnType<typeof ask>>, resource?: string) {
  const parameters = resource === undefined ? {} : { resource };
  return oidc.authorizationCodeGrant(config, new URL(page.url), request.checks, parameters);
}
const boxes = (page: Page) =>
  [...page.body.matchAll(/<input type="checkbox"[^>]*value="([^"]+)"([^>]*)>/g)].map(
    ([, name, rest = '']) => `${String(name)}${/\schecked\b/.test(rest) ? ' ticked' : ''}`,
  );

test('the page shows in words what is asked, under the API that it is for', async () => {
  const { page } = await ask();
  const text = page.body.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
  const order = [
    'Your choice Optional. Tick only what it may have.',
    `Your account ${new URL(server.issuer).host} See your e-mail address`,
    'Orders &amp; &lt;b&gt;more&lt;/b&gt; orders.example Place orders for you Changes your data',
    'Stock urn:example:stock Title of stock.read',
    'It needs to',
    `Your account ${new URL(server.issuer).host} Know who you are`,
    'Orders &amp; &lt;b&gt;more&lt;/b&gt; orders.example See your orders',
  ].map((words) => text.indexOf(words));
  expect(order).not.toContain(-1);
  expect(order).toEqual([...order].sort((a, b) => a - b));
  expect(boxes(page)).toEqual(['email', 'orders.write', 'stock.read']);
});

test('what is left unticked is in no token, and what is required cannot be left out', async () => {
  const tokens = await redeem(await allow(await ask(), null), ORDERS);
  expect(tokens.scope).toBe('orders.read');
  const plain = await redeem(await ask());
  expect(plain.scope).toBe('openid');
  expect(await oidc.fetchUserInfo(config, plain.access_token, person.id)).toEqual({ sub: person.id });
});

test('an API of which everything was left unticked is none that a token can be for', async () => {
  const allowed = await allow(await ask(), 'orders.write');
  await expect(redeem(allowed, STOCK)).rejects.toMatchObject({ error: 'invalid_target' });
});

test('the answer is remembered: nobody is asked again, and the next token has no more', async () => {
  await allow(await ask(), 'orders.write');
  const again = await ask();
  expect(again.page.url.startsWith(again.request.redirectUri)).toBe(true);
  expect((await redeem(again, ORDERS)).scope).toBe('orders.read orders.write');
});

test('a person who is asked again sees the earlier answer, and can change it both ways', async () => {
  await allow(await ask(), 'orders.write');
  const again = await ask({ prompt: 'consent' });
  expect(boxes(again.page)).toEqual(['email', 'orders.write ticked', 'stock.read']);
  const changed = await allow(again, 'stock.read');
  expect((await redeem(changed, STOCK)).scope).toBe('stock.read');
  expect((await redeem(await ask(), ORDERS)).scope).toBe('orders.read');
});

test('a tick for something that was not asked grants nothing', async () => {
  const asked = await ask({ scope: 'openid orders.read' });
  expect(boxes(asked.page)).toEqual([]);
  expect((await redeem(await allow(asked, 'orders.write'), ORDERS)).scope).toBe('orders.read');
});

test('a retired scope still has its words', async () => {
  await callAdmin(server, 'PATCH', '/scopes/orders.read', { retired: true });
  expect((await ask()).page.body).toContain('See your orders');
});
