import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { auth } from '@modelcontextprotocol/sdk/client/auth.js';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { makeApi } from '../../harness/admin/catalogue.js';
import { type DynamicClient, selfRegister } from '../../harness/admin/registration.js';
import { PROJECT } from '../../harness/admin/usage.js';
import { McpHost } from '../../harness/mcp/mcp-host.js';
import { startMcpServer } from '../../harness/mcp/mcp-server.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { authorizationRequest, relyingParty } from '../../harness/protocol/relying-party.js';
import { basic, open, postForm } from '../../harness/protocol/wire.js';

const EMPTY = 'https://empty.example';
const CLOSED = 'https://closed.example/v1';
const OPEN = 'https://open.example';
const REDIRECT_URI = 'http://localhost:3334/oauth/callback';

let server: TestServer;
let client: RegisteredClient;
let mcp: Awaited<ReturnType<typeof startMcpServer>>;
beforeAll(async () => {
  server = await startTestServer({ env: { REGISTRATION: 'open' } });
  await makeApi(server, { audience: EMPTY }, []);
  await makeApi(server, { audience: CLOSED }, ['closed.secret']);
  mcp = await startMcpServer(server, { open_to_registration: false });
  client = await server.register({ grant_types: ['authorization_code', 'client_credentials'] });
});
afterAll(async () => {
  await mcp.close();
  await server.close();
});

async function refusal(resource: string, of: RegisteredClient | DynamicClient = client): Promise<string> {
  const request = await authorizationRequest(await relyingParty(server, of as RegisteredClient), {
    scope: 'openid',
    resource,
  });
  const { location } = await open(request.url);
  expect(location?.searchParams.get('error')).toBe('invalid_target');
  return location?.searchParams.get('error_description') ?? '';
}

async function failureOf({ id }: RegisteredClient): Promise<Record<string, unknown> | undefined> {
  await server.context.usage.flush();
  const path = `${PROJECT}/oauth_clients/${id}/failures`;
  const { body } = await callAdmin<{ data: Record<string, unknown>[] }>(server, 'GET', path);
  return body.data.find(({ code }) => code === 'invalid_target');
}

describe('a refused resource is told what to change:', () => {
  test.each([
    [
      'https://nowhere.example/a?token=canary',
      /^no API of the catalogue has the identifier https:\/\/nowhere/,
    ],
    [
      `https://nowhere.example/"é${'x'.repeat(300)}`,
      /identifier https:\/\/nowhere\.example\/'\?x{174}: an operator/,
    ],
    [EMPTY, /^the API https:\/\/empty\.example has no scopes yet: an operator creates one/],
    [
      CLOSED,
      /^this client has none of the scopes of the API https:\/\/closed\.example\/v1: an operator adds/,
    ],
  ])('%s', async (resource, text) => {
    const description = await refusal(resource);
    expect(description).toMatch(text);
    expect(description).not.toMatch(/closed\.secret|registers/);
    const form = { grant_type: 'client_credentials', resource };
    const { status, body } = await postForm(`${server.origin}/oauth2/token`, form, basic(client));
    expect([status, body['error'], body['error_description']]).toEqual([400, 'invalid_target', description]);
  });

  test('a client that registered itself', async () => {
    const registered = await selfRegister(server);
    expect(await refusal(CLOSED, registered)).toMatch(/opens the API to registration .*registers again$/);
    await makeApi(server, { audience: OPEN, open_to_registration: true }, ['open.use']);
    expect(await refusal(OPEN, registered)).toMatch(/to its scopes, or the client registers again$/);
  });
});

test('the failures of the client say which resource, and what to do', async () => {
  await refusal('https://me:pw@nowhere.example/a?token=canary');
  const unknown = await failureOf(client);
  expect(unknown).toMatchObject({
    resource: 'https://nowhere.example/a',
    advice: expect.stringContaining('Asks for https://nowhere.example/a, which is no API of the catalogue'),
  });
  await refusal(EMPTY);
  expect((await failureOf(client))?.['advice']).toContain(
    `the API ${EMPTY}, which has no scopes: create one`,
  );
  await refusal(CLOSED);
  expect((await failureOf(client))?.['advice']).toContain('of whose scopes the client has none: add one');
  const { rows } = await server.database.pool.query('SELECT * FROM client_failures');
  expect(JSON.stringify(rows)).not.toContain('pw@');
});

test.each([false, true])(
  'an MCP client without a scope of the server sees why; having registered itself: %s',
  async (registersItself) => {
    const host = new McpHost({
      client_name: 'MCP host',
      redirect_uris: [REDIRECT_URI],
      token_endpoint_auth_method: 'none',
    });
    if (!registersItself) {
      const fields = { redirect_uris: [REDIRECT_URI], token_endpoint_auth_method: 'none' };
      host.saveClientInformation({ client_id: (await server.register(fields)).client_id });
    }
    const answered = async (scope?: string) => {
      const options = { serverUrl: mcp.url, ...(scope === undefined ? {} : { scope }) };
      expect(await auth(host, options)).toBe('REDIRECT');
      const answer = (await open(host.authorizationUrl)).location?.searchParams;
      return [answer?.get('error'), answer?.get('scope'), answer?.get('error_description')];
    };
    const end = registersItself
      ? ', or opens the API to registration \\(open_to_registration\\), and the client registers again$'
      : '$';
    // The SDK asks for the scopes that the MCP server's metadata name.
    expect(await answered()).toEqual([
      'invalid_scope',
      'tools.call',
      expect.stringMatching(`an operator adds it to the scopes of this client${end}`),
    ]);
    expect(await answered('openid')).toEqual([
      'invalid_target',
      null,
      expect.stringMatching(
        `none of the scopes of the API ${mcp.url}: an operator adds one to its scopes${end}`,
      ),
    ]);
  },
);
