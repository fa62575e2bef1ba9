import type * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { authorizationRequest } from '../protocol/relying-party.js';
import type { TestServer } from '../nodes/test-server.js';

/** The page that a sign-in attempt is answered with. */
export interface SignInAnswer {
  status: number;
  headers: Headers;
  body: string;
  signedIn: boolean;
}

/**
 * Tries to sign in at a node from an IP address, with a browser of its own or `agent`. The node needs `TRUSTED_PROXIES:
 * '1'`.
 */
export async function attemptSignIn(
  config: oidc.Configuration,
  { email, password }: { email: string; password: string },
  { at, from, agent = new UserAgent() }: { at: Pick<TestServer, 'origin'>; from: string; agent?: UserAgent },
): Promise<SignInAnswer> {
  const { url, redirectUri } = await authorizationRequest(config, { scope: 'openid' });
  const headers = { 'x-forwarded-for': from };
  const page = await agent.open(at.origin + url.pathname + url.search, { headers });
  const action = /action="([^"]*\/login)"/.exec(page.body)?.[1] ?? '';
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
  const body = new URLSearchParams({ csrf, email, password });
  const answer = await agent.open(
    new URL(action, page.url).href,
    { method: 'POST', body, headers },
    redirectUri,
  );
  return {
    status: answer.status,
    headers: answer.headers,
    body: answer.body,
    signedIn: !answer.body.includes('type="password"'),
  };
}
