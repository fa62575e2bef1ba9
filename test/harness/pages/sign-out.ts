import * as oidc from 'openid-client';
import type { Page, UserAgent } from '../../../src/demo/user-agent.js';
import { authorizationRequest } from '../protocol/relying-party.js';

/** Opens the sign-out page for a relying party. */
export function openSignOut(
  config: oidc.Configuration,
  agent: UserAgent,
  parameters: Record<string, string> = {},
): Promise<Page> {
  return agent.open(oidc.buildEndSessionUrl(config, parameters).href);
}

/** Signs out everywhere, and returns the page after that, or the URL when it leads back to `stopAt`. */
export function confirmSignOut(agent: UserAgent, page: Page, stopAt?: string): Promise<Page> {
  const options = { action: '/oauth2/logout/confirm', ...(stopAt === undefined ? {} : { stopAt }) };
  return agent.submit(page, { logout: 'yes' }, options);
}

/** What a request without a prompt gets: `code`, or the error that says why not. */
export async function silentAnswer(config: oidc.Configuration, agent: UserAgent): Promise<string> {
  const { url, redirectUri } = await authorizationRequest(config, { scope: 'openid', prompt: 'none' });
  const { searchParams } = new URL((await agent.open(url.href, {}, redirectUri)).url);
  return searchParams.has('code') ? 'code' : (searchParams.get('error') ?? 'nothing');
}
