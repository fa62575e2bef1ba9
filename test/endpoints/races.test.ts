import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { UserAgent } from '../../src/demo/user-agent.js';
import { bearer, operator, personCaller } from '../harness/admin/admin-caller.js';
import { METADATA, selfRegister, send } from '../harness/admin/registration.js';
import {
  CLIENTS,
  type RegisteredClient,
  startTestServer,
  type TestServer,
} from '../harness/nodes/test-server.js';
import { obtainCode } from '../harness/protocol/codes.js';
import { allowDevice, DEVICE_CODE_GRANT } from '../harness/protocol/device.js';
import { obtainTokens, relyingParty } from '../harness/protocol/relying-party.js';
import { basic, postForm } from '../harness/protocol/wire.js';

const ROUNDS = 3;
const CROWD = 10;
const ENV = { REGISTRATION: 'open', REGISTRATION_ATTEMPTS: '1000', REFRESH_GRACE: '0' };
const GRANTS = ['authorization_code', 'refresh_token', DEVICE_CODE_GRANT];

let nodes: [TestServer, TestServer];
let client: RegisteredClient;
let config: oidc.Configuration;
let person: { email: string; password: string };
const agent = new UserAgent();
beforeAll(async () => {
  const server = await startTestServer({ env: ENV });
  nodes = [server, await startTestServer({ env: ENV, nodeOf: server })];
  client = await server.register({ grant_types: GRANTS });
  config = await relyingParty(server, client);
  person = await server.person();
});
afterAll(async () => {
  for (const node of nodes.toReversed()) await node.close();
});

/** One of many requests at the same moment; its status. */
type Attempt = (node: TestServer, index: number) => Promise<{ status: number }>;

/** What can be done once only: each call prepares something fresh. */
const RACES: Record<string, { refused: number; prepare: () => Promise<Attempt> }> = {
  'a code is redeemed': {
    refused: 400,
    prepare: async () => {
      const { form } = await obtainCode(config, person, {}, agent);
      return (node) => postForm(`${node.origin}/oauth2/token`, form, basic(client));
    },
  },
  'a refresh token is used, without a grace': {
    refused: 400,
    prepare: async () => {
      const { refresh_token = '' } = await obtainTokens(config, person, {}, agent);
      const form = { grant_type: 'refresh_token', refresh_token };
      return (node) => postForm(`${node.origin}/oauth2/token`, form, basic(client));
    },
  },
  'a device code is redeemed': {
    refused: 400,
    prepare: async () => {
      const device = await oidc.initiateDeviceAuthorization(config, { scope: 'openid' });
      await allowDevice(new UserAgent(), device, person);
      const form = { grant_type: DEVICE_CODE_GRANT, device_code: device.device_code };
      return (node) => postForm(`${node.origin}/oauth2/token`, form, basic(client));
    },
  },
  'a second client secret is made': {
    refused: 409,
    prepare: async () => {
      const { id } = await nodes[0].register();
      return (node) => node.admin('POST', `/${id}/rotate_secret`);
    },
  },
  'the older client secret is deleted': {
    refused: 404,
    prepare: async () => {
      const { id } = await nodes[0].register();
      await nodes[0].admin('POST', `/${id}/rotate_secret`);
      return (node) => node.admin('DELETE', `/${id}/rotate_secret`);
    },
  },
  'one version of a client is changed': {
    refused: 412,
    prepare: async () => {
      const { id } = await nodes[0].register();
      const etag = (await nodes[0].admin('GET', `/${id}`)).headers.get('etag') ?? '';
      const change = (index: number) => ({ description: String(index) });
      return (node, index) => node.admin('PATCH', `/${id}`, change(index), { 'if-match': etag });
    },
  },
  'a registration access token is used to update': {
    refused: 401,
    prepare: async () => {
      const own = await selfRegister(nodes[0]);
      const { pathname } = new URL(own.registration_client_uri);
      const body = { ...METADATA, client_id: own.client_id };
      return (node) => send('PUT', node.origin + pathname, own.registration_access_token, body);
    },
  },
  'an initial access token for one client is used': {
    refused: 401,
    prepare: async () => {
      const [server] = nodes;
      const url = server.origin + CLIENTS.replace('oauth_clients', 'initial_access_tokens');
      const { body } = await send('POST', url, await server.adminToken(), { max_uses: 1 });
      const token = String(body['initial_access_token']);
      return (node) => send('POST', `${node.origin}/oauth2/register`, token, METADATA);
    },
  },
};

test.each(Object.entries(RACES))('of many callers at two nodes one succeeds when %s', async (_name, race) => {
  for (let round = 0; round < ROUNDS; round++) {
    const attempt = await race.prepare();
    const attempts = Array.from({ length: CROWD }, (_, index) =>
      attempt(index % 2 === 0 ? nodes[0] : nodes[1], index),
    );
    const statuses = (await Promise.all(attempts)).map(({ status }) => status);
    const successes = statuses.filter((status) => status < 300);
    expect(successes).toHaveLength(1);
    expect(statuses.filter((status) => status === race.refused)).toHaveLength(CROWD - 1);
  }
});

test('owners who remove each other at two nodes leave one', async () => {
  const server = await startTestServer();
  const other = await startTestServer({ nodeOf: server });
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const root = await operator(server);
      const list = async () =>
        (await root('GET', '/members')).body['data'] as { id: string; subject: string }[];
      const [first] = await list();
      const { id } = await server.person();
      const added = await root('POST', '/members', { subject: `account:${id}`, role: 'owner' });
      expect(added.status).toBe(201);
      const second = await personCaller(server, id);
      const elsewhere = bearer(other, await server.adminToken());
      const answers = await Promise.all([
        elsewhere('DELETE', `/members/${String(added.body['id'])}`),
        second('DELETE', `/members/${String(first?.id)}`),
      ]);
      const removed = answers.filter(({ status }) => status === 204);
      expect(removed).toHaveLength(1);
      const { rowCount } = await server.database.pool.query('SELECT FROM members WHERE org_id IS NULL');
      expect(rowCount).toBe(1);
      // The next round begins with the operator as the only owner.
      if (removed[0] === answers[1]) {
        const [left] = (await second('GET', '/members')).body['data'] as { id: string }[];
        await second('POST', '/members', { subject: first?.subject, role: 'owner' });
        expect((await second('DELETE', `/members/${String(left?.id)}`)).status).toBe(204);
      }
    }
  } finally {
    await other.close();
    await server.close();
  }
});
