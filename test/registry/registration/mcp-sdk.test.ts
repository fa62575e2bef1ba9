import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { auth, type OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js';
import type { OAuthClientInformationMixed, OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { makeApi } from '../../harness/admin/catalogue.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { signInAndAllow } from '../../harness/protocol/relying-party.js';

const REDIRECT_URI = 'http://localhost:3334/oauth/callback';

let server: TestServer;
let resourceServer: Server;
let serverUrl: string;

/** The protected resource metadata (RFC 9728) of an MCP server, which is all that the SDK reads before it has a token. */
beforeAll(async () => {
  server = await startTestServer({ env: { REGISTRATION: 'open' } });
  resourceServer = createServer((request, response) => {
    if (request.url !== '/.well-known/oauth-protected-resource/mcp') {
      response.writeHead(404).end();
      return;
    }
    response.setHeader('Content-Type', 'application/json');
    response.end(
      JSON.stringify({
        resource: serverUrl,
        authorization_servers: [server.issuer],
        scopes_supported: ['tools.call'],
      }),
    );
  });
  await new Promise<void>((resolve) => resourceServer.listen(0, '127.0.0.1', resolve));
  serverUrl = `http://127.0.0.1:${String((resourceServer.address() as AddressInfo).port)}/mcp`;
  await makeApi(server, { audience: serverUrl, open_to_registration: true }, ['tools.call']);
});
afterAll(async () => {
  resourceServer.closeAllConnections();
  await new Promise((resolve) => resourceServer.close(resolve));
  await server.close();
});

/** The host application's part of the SDK's protocol: it keeps what it is told to. */
class Host implements OAuthClientProvider {
  readonly redirectUrl = REDIRECT_URI;
  authorizationUrl = new URL('about:blank');
  #information: OAuthClientInformationMixed | undefined;
  #tokens: OAuthTokens | undefined;
  #verifier = '';

  readonly clientMetadata = {
    client_name: 'MCP host',
    redirect_uris: [REDIRECT_URI],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  };
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

test('the MCP TypeScript SDK discovers, registers, obtains a token for the resource and refreshes it', async () => {
  const host = new Host();
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

/** The subject of the access token, as the resource server verifies it. */
async function subjectOf(host: Host): Promise<string | undefined> {
  const keys = createRemoteJWKSet(new URL(`${server.issuer}/oauth2/jwks`));
  const options = { issuer: server.issuer, audience: serverUrl };
  const { payload } = await jwtVerify(host.tokens()?.access_token ?? '', keys, options);
  expect(payload['scope']).toBe('tools.call');
  return payload.sub;
}
