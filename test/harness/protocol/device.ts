import * as oidc from 'openid-client';
import type { Page, UserAgent } from '../../../src/demo/user-agent.js';

export const DEVICE_CODE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** One question of the device at the token endpoint, instead of asking until there is an answer. */
export function pollOnce(config: oidc.Configuration, device: oidc.DeviceAuthorizationResponse) {
  return oidc.genericGrantRequest(config, DEVICE_CODE_GRANT, { device_code: device.device_code });
}

/** Types the code in: the page that asks whether this is the device, or the one that says what is wrong. */
export async function enterUserCode(
  agent: UserAgent,
  device: oidc.DeviceAuthorizationResponse,
  code = device.user_code,
): Promise<Page> {
  const page = await agent.open(device.verification_uri);
  return agent.submit(page, { user_code: code }, { action: '/device' });
}

/** Types the code in and goes on up to the question whether to allow access, signing in where need be. */
export async function goOnToConsent(
  agent: UserAgent,
  device: oidc.DeviceAuthorizationResponse,
  person: { email: string; password: string },
): Promise<Page> {
  const confirm = await enterUserCode(agent, device);
  const page = await agent.submit(confirm, { confirm: 'yes' }, { action: '/device' });
  if (!page.body.includes('type="password"')) return page;
  return agent.submit(page, { email: person.email, password: person.password }, { action: '/login' });
}

/** Lets the device in; the last page that the person sees. */
export async function allowDevice(
  agent: UserAgent,
  device: oidc.DeviceAuthorizationResponse,
  person: { email: string; password: string },
): Promise<Page> {
  return agent.submit(await goOnToConsent(agent, device, person), {}, { action: '/consent' });
}
