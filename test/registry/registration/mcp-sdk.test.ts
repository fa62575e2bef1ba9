import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { auth, UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { McpHost } from '../../harness/mcp/mcp-host.js';
import { startMcpServer } from '../../harness/mcp/mcp-server.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { signInAndAllow } from '../../harness/protocol/relying-party.js';

const REDIRECT_URI = 'http://localhost:3334/oauth/callback';

let server: TestServer;
let mcp: Awaited<ReturnType<typeof startMcpServer>>;
let serverUrl: string;

beforeAll(async () => {
  server = await startTestServer({ env: { REGISTRATION: 'open' } });
  mcp = await startMcpServer(server);
  serverUrl = mcp.url;
});
afterAll(async () => {
  await mcp.close();
  await server.close();
});

test('the MCP TypeScript SDK discovers, registers, obtains a token for the resource and refreshes it', async () => {
  const host = new McpHost({
    client_name: 'MCP host',
    redirect_uris: [REDIRECT_URI],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  });
  expect(await auth(host, { serverUrl })).toBe('REDIRECT');
  expect(host.clientInformation()).toMatchObject({ client_name: 'MCP host', scope: expect.any(String) });
  expect(host.authorizationUrl.searchParams.get('resource')).toBe(serverUrl);

  const request = { url: host.authorizationUrl, redirectUri: REDIRECT_URI };
  const person = await server.person();
  const callback = await signInAndAllow(request as never, person, new UserAgent());
  const authorizationCode = callback.searchParams.get('code') ?? '';
  expect(await auth(host, { serverUrl, authorizationCode })).toBe('AUTHORIZED');
  expect(await subjectOf(host)).toBe(person.id);

  const before = host.tokens();
  expect(before?.refresh_token).toEqual(expect.any(String));
  expect(await auth(host, { serverUrl })).toBe('AUTHORIZED');
  expect(host.tokens()?.access_token).not.toBe(before?.access_token);
  expect(await subjectOf(host)).toBe(person.id);
});

test('its transport is sent to sign in by the MCP server, and calls a tool', async () => {
  const host = new McpHost({
    client_name: 'MCP host',
    redirect_uris: [REDIRECT_URI],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_post',
  });
  const transport = () => new StreamableHTTPClientTransport(new URL(serverUrl), { authProvider: host });
  const refused = transport();
  await expect(newClient().connect(refused as Transport)).rejects.toThrow(UnauthorizedError);

  const request = { url: host.authorizationUrl, redirectUri: REDIRECT_URI };
  const person = await server.person();
  const callback = await signInAndAllow(request as never, person, new UserAgent());
  await refused.finishAuth(callback.searchParams.get('code') ?? '');
  const client = newClient();
  await client.connect(transport());
  expect(await client.callTool({ name: 'subject' })).toMatchObject({ content: [{ text: person.id }] });
  await client.close();
});

function newClient(): Client {
  return new Client({ name: 'MCP host', version: '1.0.0' });
}

/** The subject of the access token, as the resource server verifies it. */
async function subjectOf(host: McpHost): Promise<string | undefined> {
  const keys = createRemoteJWKSet(new URL(`${server.issuer}/oauth2/jwks`));
  const options = { issuer: server.issuer, audience: serverUrl };
  const { payload } = await jwtVerify(host.tokens()?.access_token ?? '', keys, options);
  expect(payload['scope']).toBe('tools.call');
  return payload.sub;
}
