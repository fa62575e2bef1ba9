import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { auth, type OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js';
import type { OAuthClientInformationMixed, OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { makeApi } from '../../harness/admin/catalogue.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { type DocumentSite, startDocumentSite } from '../../harness/protocol/document-site.js';
import { signInAndAllow } from '../../harness/protocol/relying-party.js';

const REDIRECT_URI = 'http://127.0.0.1:3334/oauth/callback';

let site: DocumentSite;
let server: TestServer;
let resourceServer: Server;
let serverUrl: string;
beforeAll(async () => {
  site = await startDocumentSite();
  server = await startTestServer({ env: { CLIENT_ID_DOCUMENTS: 'on' } });
  resourceServer = createServer((request, response) => {
    if (request.url !== '/.well-known/oauth-protected-resource/mcp') {
      response.writeHead(404).end();
      return;
    }
    const metadata = {
      resource: serverUrl,
      authorization_servers: [server.issuer],
      scopes_supported: ['tools.call'],
    };
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(metadata));
  });
  await new Promise<void>((resolve) => resourceServer.listen(0, '127.0.0.1', resolve));
  serverUrl = `http://127.0.0.1:${String((resourceServer.address() as AddressInfo).port)}/mcp`;
  await makeApi(server, { audience: serverUrl, open_to_registration: true }, ['tools.call']);
});
afterAll(async () => {
  resourceServer.closeAllConnections();
  await new Promise((resolve) => resourceServer.close(resolve));
  await server.close();
  await site.close();
});

/** The host application's part of the SDK's protocol: it keeps what it is told to. */
class Host implements OAuthClientProvider {
  readonly redirectUrl = REDIRECT_URI;
  authorizationUrl = new URL('about:blank');
  #information: OAuthClientInformationMixed | undefined;
  #tokens: OAuthTokens | undefined;
  #verifier = '';

  constructor(readonly clientMetadataUrl: string) {}

  readonly clientMetadata = { redirect_uris: [REDIRECT_URI] };
  clientInformation = () => this.#information;
  saveClientInformation = (information: OAuthClientInformationMixed) => {
    this.#information = information;
  };
  tokens = () => this.#tokens;
  saveTokens = (tokens: OAuthTokens) => {
    this.#tokens = tokens;
  };
  redirectToAuthorization = (url: URL) => {
    this.authorizationUrl = url;
  };
  saveCodeVerifier = (verifier: string) => {
    this.#verifier = verifier;
  };
  codeVerifier = () => this.#verifier;
}

test('the MCP TypeScript SDK prefers its document, with no registration, and obtains and refreshes a token', async () => {
  const clientId = site.publish('/mcp.json', { redirect_uris: [REDIRECT_URI] });
  const host = new Host(clientId);
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
