import type * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { type Authorization, authorizationRequest, signInAndAllow } from './relying-party.js';

/** A code that nobody redeemed yet. */
export interface FreshCode {
  request: Authorization;
  /** The URL that the browser was sent back to. */
  callback: URL;
  code: string;
  /** The form that redeems it at the token endpoint, client authentication aside. */
  form: { grant_type: string; code: string; redirect_uri: string; code_verifier: string };
}

/** Has a person allow the request; `agent` stays signed in, so that the next code needs no password. */
export async function obtainCode(
  config: oidc.Configuration,
  person: { email: string; password: string },
  parameters: Record<string, string> = {},
  agent = new UserAgent(),
): Promise<FreshCode> {
  return codeOf(await authorizationRequest(config, parameters), person, agent);
}

/** Has a person allow this request. */
export async function codeOf(
  request: Authorization,
  person: { email: string; password: string },
  agent: UserAgent,
): Promise<FreshCode> {
  const callback = await signInAndAllow(request, person, agent);
  const code = callback.searchParams.get('code');
  if (code === null) throw new Error(`no code came back: ${callback.search}`);
  return {
    request,
    callback,
    code,
    form: {
      grant_type: 'authorization_code',
      code,
      redirect_uri: request.redirectUri,
      code_verifier: request.checks.pkceCodeVerifier,
    },
  };
}
