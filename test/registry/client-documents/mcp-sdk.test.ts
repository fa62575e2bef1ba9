import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { auth } from '@modelcontextprotocol/sdk/client/auth.js';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { McpHost } from '../../harness/mcp/mcp-host.js';
import { startMcpServer } from '../../harness/mcp/mcp-server.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { type DocumentSite, startDocumentSite } from '../../harness/outside/document-site.js';
import { signInAndAllow } from '../../harness/protocol/relying-party.js';

const REDIRECT_URI = 'http://127.0.0.1:3334/oauth/callback';

let site: DocumentSite;
let server: TestServer;
let mcp: Awaited<ReturnType<typeof startMcpServer>>;
let serverUrl: string;
beforeAll(async () => {
  site = await startDocumentSite();
  server = await startTestServer({ env: { CLIENT_ID_DOCUMENTS: 'on' } });
  mcp = await startMcpServer(server);
  serverUrl = mcp.url;
});
afterAll(async () => {
  await mcp.close();
  await server.close();
  await site.close();
});

test('the MCP TypeScript SDK prefers its document, with no registration, and obtains and refreshes a token', async () => {
  const clientId = site.publish('/mcp.json', { redirect_uris: [REDIRECT_URI] });
  const host = new McpHost({ redirect_uris: [REDIRECT_URI] }, clientId);
  expect(await auth(host, { serverUrl })).toBe('REDIRECT');
  expect(host.clientInformation()).toMatchObject({ client_id: clientId });
  const request = { url: host.authorizationUrl, redirectUri: REDIRECT_URI };
  const callback = await signInAndAllow(request as never, await server.person(), new UserAgent());
  const authorizationCode = callback.searchParams.get('code') ?? '';
  expect(await auth(host, { serverUrl, authorizationCode })).toBe('AUTHORIZED');
  const before = host.tokens();
  expect(await auth(host, { serverUrl })).toBe('AUTHORIZED');
  expect(host.tokens()?.access_token).not.toBe(before?.access_token);
  expect(site.requests).toEqual(['/mcp.json']);
});
