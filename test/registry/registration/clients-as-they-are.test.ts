import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { makeApi } from '../../harness/admin/catalogue.js';
import { send, tryRegister } from '../../harness/admin/registration.js';
import { obtainTokens, relyingParty } from '../../harness/protocol/relying-party.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ env: { REGISTRATION: 'open', REGISTRATION_ATTEMPTS: '1000' } });
});
afterAll(() => server.close());

const CODE_AND_REFRESH = ['authorization_code', 'refresh_token'];
const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';
const MCP = { grant_types: CODE_AND_REFRESH, response_types: ['code'], token_endpoint_auth_method: 'none' };

describe('registered with what they send', () => {
  const clients: [string, object, object][] = [
    [
      'Visual Studio Code',
      {
        client_name: 'Visual Studio Code',
        client_uri: 'https://code.visualstudio.com',
        grant_types: [...CODE_AND_REFRESH, DEVICE],
        response_types: ['code'],
        redirect_uris: ['https://vscode.dev/redirect', 'http://127.0.0.1/', 'http://127.0.0.1:33418/'],
        token_endpoint_auth_method: 'none',
        application_type: 'native',
      },
      { grant_types: CODE_AND_REFRESH, client_name: 'Visual Studio Code' },
    ],
    [
      'Claude',
      { ...MCP, redirect_uris: ['https://claude.ai/api/mcp/auth_callback'], scope: 'openid claudeai' },
      { client_name: 'claude.ai', scope: 'openid offline_access' },
    ],
    [
      'Cursor',
      { ...MCP, client_name: 'Cursor', redirect_uris: ['cursor://anysphere.cursor-mcp/oauth/callback'] },
      { client_name: 'Cursor' },
    ],
    [
      'ChatGPT',
      {
        ...MCP,
        client_name: 'ChatGPT',
        redirect_uris: ['https://chatgpt.com/connector_platform_oauth_redirect'],
        token_endpoint_auth_method: 'client_secret_post',
      },
      { token_endpoint_auth_method: 'client_secret_post', client_secret: expect.any(String) },
    ],
    [
      'mcp-remote',
      {
        ...MCP,
        client_name: 'MCP CLI Proxy',
        client_uri: 'https://github.com/modelcontextprotocol/mcp-cli',
        redirect_uris: ['http://localhost:3334/oauth/callback'],
        software_id: '2e6dc280-f3c3-4e01-99a7-8181dbd1d23d',
        software_version: '0.1.38',
      },
      { client_name: 'MCP CLI Proxy' },
    ],
    [
      'a library that sends empty text for what it was not told',
      { ...MCP, redirect_uris: ['https://rp.example/callback'], client_name: '', logo_uri: '', scope: '' },
      { client_name: 'rp.example', scope: 'openid offline_access profile email' },
    ],
    [
      'one that sends blanks for it',
      {
        ...MCP,
        redirect_uris: ['https://rp.example/callback'],
        ...Object.fromEntries(
          [
            'client_name',
            'client_uri',
            'logo_uri',
            'policy_uri',
            'tos_uri',
            'jwks_uri',
            'scope',
            'application_type',
          ]
            .concat(['initiate_login_uri', 'backchannel_logout_uri', 'software_statement', 'subject_type'])
            .map((name, index) => [name, index % 2 === 0 ? '   ' : '\t\n\u00a0\u200d']),
        ),
      },
      { client_name: 'rp.example', application_type: 'web', scope: 'openid offline_access profile email' },
    ],
    [
      'one that sends empty lists, and lists of blanks',
      {
        redirect_uris: ['https://rp.example/callback', ' '],
        post_logout_redirect_uris: [''],
        allowed_cors_origins: ['', '  '],
        grant_types: [],
        response_types: [],
      },
      {
        redirect_uris: ['https://rp.example/callback'],
        post_logout_redirect_uris: [],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    [
      'a machine that also names a grant for people',
      { grant_types: ['authorization_code', 'client_credentials'], redirect_uris: ['https://rp.example/cb'] },
      { grant_types: ['authorization_code'] },
    ],
    [
      'response types of a grant that is not allowed',
      {
        redirect_uris: ['https://rp.example/cb'],
        grant_types: ['authorization_code', 'implicit'],
        response_types: ['code', 'id_token', 'id_token code', 'code id_token'],
      },
      { grant_types: ['authorization_code'], response_types: ['code'] },
    ],
  ];
  test.each(clients)('%s', async (_name, metadata, registered) => {
    const { status, body } = await tryRegister(server, metadata);
    expect(body).toMatchObject(registered);
    expect(status).toBe(201);
    expect(body).not.toHaveProperty('logo_uri');
  });

  test('without a name and a host it is shown by its client_id', async () => {
    const { body } = await tryRegister(server, { ...MCP, redirect_uris: ['com.example.app:/callback'] });
    expect(body['client_name']).toBe(body['client_id']);
  });
});

test('what cannot be used at all is refused with its reason', async () => {
  const { status, body } = await tryRegister(server, {
    redirect_uris: [],
    grant_types: ['client_credentials'],
  });
  expect(status).toBe(400);
  expect(String(body['error_description'])).toContain(
    'grant_types/0: Clients cannot register themselves for',
  );
});

test('metadata of OpenID Connect Registration is kept and in force', async () => {
  const kept = {
    default_max_age: 0,
    require_auth_time: true,
    id_token_signed_response_alg: 'ES256',
    allowed_cors_origins: ['https://spa.example'],
  };
  const redirect_uris = ['https://rp.example/callback'];
  const { body } = await tryRegister(server, { client_name: 'Kept', redirect_uris, ...kept });
  expect(body).toMatchObject(kept);
  const read = await send(
    'GET',
    String(body['registration_client_uri']),
    String(body['registration_access_token']),
  );
  expect(read.body).toMatchObject(kept);
  const client = body as { id: string; client_id: string; client_secret: string };
  const config = await relyingParty(server, client);
  Object.assign(config.clientMetadata(), { id_token_signed_response_alg: 'ES256' });
  const scope = 'openid';
  const tokens = await obtainTokens(config, await server.person(), { scope });
  const [header = ''] = (tokens.id_token ?? '').split('.');
  expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toMatchObject({ alg: 'ES256' });
  expect(tokens.claims()?.auth_time).toEqual(expect.any(Number));
});

test('every algorithm that discovery lists can be had', async () => {
  const { body } = await send('GET', `${server.origin}/.well-known/openid-configuration`);
  for (const id_token_signed_response_alg of body['id_token_signing_alg_values_supported'] as string[]) {
    const redirect_uris = ['https://rp.example/callback'];
    const answer = await tryRegister(server, { redirect_uris, id_token_signed_response_alg });
    expect(answer).toMatchObject({ status: 201, body: { id_token_signed_response_alg } });
  }
});

test('the scopes of an API that is open to registration need no setting, and those of others stay closed', async () => {
  const open = { audience: 'https://open.example', open_to_registration: true };
  const id = await makeApi(server, open, ['open.read']);
  await makeApi(server, { audience: 'https://closed.example' }, ['closed.read']);
  const redirect_uris = ['https://rp.example/callback'];
  const listed = await tryRegister(server, { redirect_uris, scope: 'openid open.read closed.read' });
  expect(listed.body['scope']).toBe('openid open.read');
  const unlisted = await tryRegister(server, { redirect_uris });
  expect(unlisted.body['scope']).toBe('openid profile email open.read');
  expect(await callAdmin(server, 'PATCH', `/apis/${id}`, { open_to_registration: false })).toMatchObject({
    body: { open_to_registration: false },
  });
  const later = await tryRegister(server, { redirect_uris, scope: 'openid open.read' });
  expect(later.body['scope']).toBe('openid');
});
