import * as oidc from 'openid-client';
import type { UserAgent } from '../../../src/demo/user-agent.js';
import { obtainCode } from '../protocol/codes.js';
import { allowDevice, DEVICE_CODE_GRANT } from '../protocol/device.js';
import type { Party } from './party.js';
import type { Reply } from './requests.js';

/** What the rules say of many redemptions at the same moment. */
export interface Redemption {
  name: string;
  /** REFRESH_GRACE of the nodes, in seconds. */
  grace: number;
  /** The form that redeems something which nobody has redeemed yet. */
  prepare(party: Party, agent: UserAgent): Promise<Record<string, string>>;
  /** How many of a crowd get tokens. */
  winners: 'one' | 'all';
}

const SCOPE = 'openid offline_access';

async function prepareRefresh(party: Party, agent: UserAgent): Promise<Record<string, string>> {
  const { form } = await obtainCode(party.config, party.person, { scope: SCOPE }, agent);
  const tokens = (await party.token(form)).json();
  return { grant_type: 'refresh_token', refresh_token: String(tokens['refresh_token']) };
}

/** Everything that is redeemed, with the rule for it. */
export const REDEMPTIONS: readonly Redemption[] = [
  {
    name: 'authorization code',
    grace: 10,
    winners: 'one',
    prepare: async (party, agent) =>
      (await obtainCode(party.config, party.person, { scope: SCOPE }, agent)).form,
  },
  {
    name: 'device code',
    grace: 10,
    winners: 'one',
    prepare: async (party, agent) => {
      const device = await oidc.initiateDeviceAuthorization(party.config, { scope: SCOPE });
      await allowDevice(agent, device, party.person);
      return { grant_type: DEVICE_CODE_GRANT, device_code: device.device_code };
    },
  },
  { name: 'refresh token', grace: 10, winners: 'all', prepare: prepareRefresh },
  { name: 'refresh token, no grace', grace: 0, winners: 'one', prepare: prepareRefresh },
];

/** The tokens of an answer. */
export interface Tokens {
  access: string;
  refresh: string;
}

export function tokensOf(reply: Reply): Tokens {
  const body = reply.json();
  return { access: String(body['access_token']), refresh: String(body['refresh_token']) };
}

/** An answer in a few words. */
export function wordsOf(reply: Reply): string {
  if (reply.status === 200) return '200';
  const error = /"error":"(\w+)"/.exec(reply.body)?.[1];
  return `${String(reply.status)} ${error ?? reply.body.slice(0, 200)}`;
}
