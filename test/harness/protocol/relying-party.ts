import * as oidc from 'openid-client';
import { type Page, UserAgent } from '../../../src/demo/user-agent.js';
import type { RegisteredClient, TestServer } from '../nodes/test-server.js';

/** A relying party on openid-client, with the client's registered auth method. */
export function relyingParty(
  server: Pick<TestServer, 'issuer'>,
  client: RegisteredClient,
  auth?: oidc.ClientAuth,
): Promise<oidc.Configuration> {
  const method = auth ?? (client.client_secret ? oidc.ClientSecretBasic(client.client_secret) : oidc.None());
  return oidc.discovery(new URL(server.issuer), client.client_id, undefined, method, {
    execute: [oidc.allowInsecureRequests],
  });
}

/** An authorization request that the relying party made, and what it needs to check the answer. */
export interface Authorization {
  url: URL;
  redirectUri: string;
  checks: oidc.AuthorizationCodeGrantChecks & { pkceCodeVerifier: string; expectedState: string };
}

export async function authorizationRequest(
  config: oidc.Configuration,
  parameters: Record<string, string> = {},
): Promise<Authorization> {
  const verifier = oidc.randomPKCECodeVerifier();
  const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
  const redirectUri = parameters['redirect_uri'] ?? 'https://rp.example/callback';
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: 'openid offline_access profile email',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    ...parameters,
  });
  return {
    url,
    redirectUri,
    checks: { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce },
  };
}

/** Signs in where that is asked; the page that comes then, or the URL that the browser is sent back to. */
export async function signIn(
  { url, redirectUri }: Authorization,
  person: { email: string; password: string },
  agent = new UserAgent(),
): Promise<Page> {
  const page = await agent.open(url.href, {}, redirectUri);
  if (!page.body.includes('type="password"')) return page;
  const fields = { email: person.email, password: person.password };
  return agent.submit(page, fields, { action: '/login', stopAt: redirectUri });
}

/** Signs in and allows everything; the URL that the browser is sent back to. */
export async function signInAndAllow(
  request: Authorization,
  person: { email: string; password: string },
  agent = new UserAgent(),
): Promise<URL> {
  const { redirectUri } = request;
  let page = await signIn(request, person, agent);
  if (!page.url.startsWith(redirectUri)) {
    page = await agent.submit(page, {}, { action: '/consent', stopAt: redirectUri });
  }
  if (!page.url.startsWith(redirectUri))
    throw new Error(`the browser was not sent back (${String(page.status)})`);
  return new URL(page.url);
}

/** The whole authorization code flow: a code with PKCE, redeemed. */
export async function obtainTokens(
  config: oidc.Configuration,
  person: { email: string; password: string },
  parameters: Record<string, string> = {},
  agent?: UserAgent,
) {
  const request = await authorizationRequest(config, parameters);
  const callback = await signInAndAllow(request, person, agent);
  return oidc.authorizationCodeGrant(config, callback, request.checks);
}
