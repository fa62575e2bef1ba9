import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { makeApi } from '../../harness/admin/catalogue.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { basic, postForm } from '../../harness/protocol/wire.js';

const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code';
const LAMPS = 'https://lamps.example';
const DOORS = 'https://doors.example';

let server: TestServer;
let client: RegisteredClient;
let person: { email: string; password: string };
beforeAll(async () => {
  server = await startTestServer();
  await makeApi(server, { audience: LAMPS, access_token_format: 'opaque' }, ['lamps.switch', 'lamps.see']);
  await makeApi(server, { audience: DOORS }, ['doors.open']);
  client = await server.register({
    grant_types: [DEVICE_CODE],
    redirect_uris: [],
    scopes: ['lamps.switch', 'lamps.see', 'doors.open'],
    optional_scopes: ['lamps.switch'],
  });
  person = await server.person();
});
afterAll(() => server.close());

/** A device asks, and a person allows it what is ticked. */
async function deviceCode(ticked: string | null): Promise<string> {
  const asked = { scope: 'openid lamps.switch lamps.see', resource: LAMPS };
  const { body } = await postForm(`${server.issuer}/oauth2/device`, asked, basic(client));
  const agent = new UserAgent();
  let page = await agent.open(String(body['verification_uri']));
  page = await agent.submit(page, { user_code: String(body['user_code']) }, { action: '/device' });
  page = await agent.submit(page, { confirm: 'yes' }, { action: '/device' });
  page = await agent.submit(page, { email: person.email, password: person.password }, { action: '/login' });
  await agent.submit(page, { scope: ticked }, { action: '/consent' });
  return String(body['device_code']);
}
const redeem = (code: string, resource: string) =>
  postForm(
    `${server.issuer}/oauth2/token`,
    { grant_type: DEVICE_CODE, device_code: code, resource },
    basic(client),
  );

test('a device gets a token for the API that it named, with what the person ticked', async () => {
  const { body } = await redeem(await deviceCode(null), LAMPS);
  expect(body['scope']).toBe('lamps.see');
  const form = { token: String(body['access_token']) };
  const introspected = await postForm(`${server.issuer}/oauth2/introspect`, form, basic(client));
  expect(introspected.body).toMatchObject({ active: true, aud: LAMPS, scope: 'lamps.see' });
});

test('and none for another API', async () => {
  expect((await redeem(await deviceCode('lamps.switch'), DOORS)).body['error']).toBe('invalid_target');
});
