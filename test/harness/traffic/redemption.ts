import * as oidc from 'openid-client';
import type { UserAgent } from '../../../src/demo/user-agent.js';
import type { RegisteredClient } from '../nodes/test-server.js';
import { obtainCode } from '../protocol/codes.js';
import { allowDevice, DEVICE_CODE_GRANT } from '../protocol/device.js';
import { authorizationRequest } from '../protocol/relying-party.js';
import { allowedRequest } from './asked-person.js';
import { API, API_SCOPE, type Party } from './party.js';
import { type Reply, send } from './requests.js';

/** What the rules say of many redemptions at the same moment. */
export interface Redemption {
  name: string;
  /** REFRESH_GRACE of the nodes, in seconds. */
  grace: number;
  /** The form that redeems something which nobody has redeemed yet. */
  prepare(party: Party, agent: UserAgent): Promise<Record<string, string>>;
  /** How many of a crowd get tokens; `code`: one gets a code, which stays good. */
  winners: 'one' | 'all' | 'code';
  /** Sends what redeems it; by default as a form of the client to the token endpoint. */
  send?(party: Party, form: Record<string, string>, node: number): Promise<Reply>;
  /** Whose it is; by default the client's. */
  of?(party: Party): RegisteredClient;
}

const SCOPE = `openid offline_access ${API_SCOPE}`;

async function prepareRefresh(party: Party, agent: UserAgent): Promise<Record<string, string>> {
  const { form } = await obtainCode(party.config, party.person, { scope: SCOPE, resource: API }, agent);
  const tokens = (await party.token(form)).json();
  return { grant_type: 'refresh_token', refresh_token: String(tokens['refresh_token']) };
}

/** A refresh token of a public client that is bound to a key (RFC 9449 section 5). */
async function prepareBound(party: Party, agent: UserAgent): Promise<Record<string, string>> {
  const { form } = await obtainCode(party.appConfig, party.person, {}, agent);
  const tokens = (await party.bound(form)).json();
  return { grant_type: 'refresh_token', refresh_token: String(tokens['refresh_token']) };
}

/** A pushed request of a browser that is signed in and has allowed everything: the answer is a code. */
async function preparePushed(party: Party, agent: UserAgent): Promise<Record<string, string>> {
  await obtainCode(party.config, party.person, { scope: SCOPE, resource: API }, agent);
  const { url } = await authorizationRequest(party.config, { scope: 'openid' });
  const begun = await oidc.buildAuthorizationUrlWithPAR(party.config, url.searchParams);
  const cookie = agent.cookies().map(({ name, value }) => `${name}=${value}`);
  return { request: begun.search, cookie: cookie.join('; ') };
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
  { name: 'backchannel request', grace: 10, winners: 'one', prepare: (party) => allowedRequest(party) },
  { name: 'refresh token', grace: 10, winners: 'all', prepare: prepareRefresh },
  { name: 'refresh token, no grace', grace: 0, winners: 'one', prepare: prepareRefresh },
  {
    name: 'bound refresh token',
    grace: 10,
    winners: 'all',
    prepare: prepareBound,
    send: (party, form, node) => party.bound(form, node),
    of: ({ app }) => app,
  },
  {
    name: 'pushed request',
    grace: 10,
    winners: 'code',
    prepare: preparePushed,
    send: (party, { request = '', cookie = '' }, node) =>
      send(`${party.origin(node)}/oauth2/authorize${request}`, { headers: { cookie } }),
  },
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
  if (reply.location !== '') {
    const answer = URL.parse(reply.location)?.searchParams;
    return answer?.has('code') ? 'code' : (answer?.get('error') ?? reply.location);
  }
  if (reply.body.startsWith('<!doctype html>')) return `${String(reply.status)} page`;
  const error = /"error":"(\w+)"/.exec(reply.body)?.[1];
  return `${String(reply.status)} ${error ?? reply.body.slice(0, 200)}`;
}
