import { createHmac, randomInt } from 'node:crypto';
import { validateHeaderValue } from 'node:http';
import { type Answer, send } from '../../../bench/load/http-client.js';
import { DEVICE_CODE_GRANT } from '../../harness/protocol/device.js';
import type { RegisteredClient } from '../../harness/nodes/test-server.js';
import { basic } from '../../harness/protocol/wire.js';
import { dpopProof } from '../../harness/protocol/dpop-proof.js';
import { CIBA_GRANT } from '../../harness/traffic/party.js';
import { REQUEST_URI, VERIFIER } from './load.js';
import type { Clients, Kind, Loot } from './loot.js';

/** Shows a string to the server as a credential of one kind, in every way that there is; whether it let anybody in. */
export type Probe = (candidate: string) => Promise<boolean>;

const CALLBACK = 'https://rp.example/callback';

/**
 * The probes of one thief after another request of the same: each has a browser of its own. All else that a credential
 * needs they have: client authentication, the verifier, the signature of the cookie. Each throws when the server answers
 * anything but yes or no.
 */
export function probes(origin: string, issuer: string, clients: Clients, loot: Loot): Record<Kind, Probe> {
  const { web, portal, television, machine, service, keys } = clients;
  const cookieKey = loot.first('cookie key');
  let requests = randomInt(1 << 24);
  let device = { cookie: '', xsrf: '' };

  // Guesses come from everywhere, so that what refuses them is never a limit.
  const ask = async (path: string, options: Parameters<typeof send>[1] = {}): Promise<Answer> => {
    const address = `10.${[16, 8, 0].map((bits) => String((requests >> bits) & 255)).join('.')}`;
    requests++;
    const headers = { ...options.headers, 'x-forwarded-for': address };
    const answer = await send(origin + path, { ...options, headers });
    if (answer.status === 429 || answer.status >= 500)
      throw new Error(`${path} answered ${String(answer.status)}: ${answer.body}`);
    return answer;
  };
  const bearer = (path: string, token: string, method = 'GET') =>
    ask(path, { method, headers: { authorization: `Bearer ${token}` } });
  const grant = async (
    client: RegisteredClient,
    form: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<boolean> => {
    const sent = authenticated(client, form);
    const answer = await ask('/oauth2/token', { ...sent, headers: { ...sent.headers, ...headers } });
    const { error } = JSON.parse(answer.body) as { error?: string };
    if (error === 'invalid_client' || error === 'unauthorized_client') throw new Error(answer.body);
    return error !== 'invalid_grant';
  };
  const authorize = async (id: string, key: string): Promise<boolean> => {
    const query = new URLSearchParams({
      client_id: web.client_id,
      redirect_uri: CALLBACK,
      response_type: 'code',
      scope: 'openid',
      prompt: 'none',
      code_challenge: 'x'.repeat(43),
      code_challenge_method: 'S256',
    });
    const cookie = signed('postern_session', id, key);
    const { headers } = await ask(`/oauth2/authorize?${query.toString()}`, { headers: { cookie } });
    const location = String(headers['location']);
    if (!location.startsWith(CALLBACK)) throw new Error(`prompt=none led to ${location}`);
    return new URL(location).searchParams.get('error') !== 'login_required';
  };
  const each = async (tries: (() => Promise<boolean>)[]): Promise<boolean> => {
    for (const attempt of tries) if (await attempt()) return true;
    return false;
  };

  const all: Record<Kind, Probe> = {
    'access token': (token) =>
      each([
        async () => {
          const { status, body } = await ask('/oauth2/introspect', authenticated(web, { token }));
          const { active, error } = JSON.parse(body) as { active?: boolean; error?: string };
          // JWTs, which are not stored, are checked by their audience.
          if (active === undefined && error !== 'unsupported_token_type')
            throw new Error(`introspection answered ${String(status)}: ${body}`);
          return active === true;
        },
        async () => isHeader(token) && (await bearer('/oauth2/userinfo', token)).status === 200,
      ]),
    'refresh token': (refresh_token) =>
      each(
        [web, portal, television].map(
          (client) => () => grant(client, { grant_type: 'refresh_token', refresh_token }),
        ),
      ),
    'bound refresh token': async (refresh_token) => {
      const dpop = await dpopProof(keys, 'POST', `${issuer}/oauth2/token`);
      return grant(television, { grant_type: 'refresh_token', refresh_token }, { dpop });
    },
    'pushed request': async (id) => {
      const query = new URLSearchParams({ client_id: web.client_id, request_uri: REQUEST_URI + id });
      const headers = { cookie: signed('postern_session', loot.first('session cookie'), cookieKey) };
      const { status } = await ask(`/oauth2/authorize?${query.toString()}`, { headers });
      return status < 400;
    },
    code: (code) =>
      each(
        [web, portal, television].map((client) => () => {
          const form = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK };
          return grant(client, { ...form, code_verifier: VERIFIER });
        }),
      ),
    'device code': (device_code) =>
      each(
        [web, television].map(
          (client) => () => grant(client, { grant_type: DEVICE_CODE_GRANT, device_code }),
        ),
      ),
    'user code': async (user_code) => {
      const headers = { cookie: device.cookie, accept: 'text/html' };
      const answer =
        device.xsrf === ''
          ? await ask('/device', { headers })
          : await ask('/device', { headers, form: { xsrf: device.xsrf, user_code } });
      const first = device.xsrf === '';
      device = { cookie: cookiesOf(answer) || device.cookie, xsrf: xsrfOf(answer.body) };
      if (first) return all['user code'](user_code);
      if (/was out of date|did not work/.test(answer.body)) throw new Error(answer.body);
      return answer.status === 200;
    },
    'backchannel request': (auth_req_id) => grant(web, { grant_type: CIBA_GRANT, auth_req_id }),
    'session cookie': async (id) => isHeader(id) && authorize(id, cookieKey),
    'account area cookie': async (token) =>
      isHeader(token) &&
      (await ask('/account', { headers: { cookie: `postern_self=${token}` } })).status === 200,
    'cookie key': (key) => authorize(loot.first('session cookie'), key),
    interaction: async (uid) => {
      if (!isHeader(uid)) return false;
      const headers = { cookie: signed('postern_interaction', uid, cookieKey), accept: 'text/html' };
      return (await ask(`/interaction/${encodeURIComponent(uid)}`, { headers })).status === 200;
    },
    'registration token': async (token) =>
      isHeader(token) &&
      each(
        clients.dynamic.map(({ client_id }) => async () => {
          const { status } = await bearer(`/oauth2/register/${client_id}`, token);
          return status !== 401;
        }),
      ),
    // Without a body: who may register is decided before it is read.
    'initial access token': async (token) =>
      isHeader(token) && ![400, 401].includes((await bearer('/oauth2/register', token, 'POST')).status),
    'client secret': (secret) =>
      each(
        [web, portal, machine, service, ...clients.dynamic].map((client) => async () => {
          const form = authenticated({ ...client, client_secret: secret }, { token: 'x' });
          const { status, body } = await ask('/oauth2/introspect', form);
          if (status !== 200 && status !== 401) throw new Error(body);
          return status === 200;
        }),
      ),
    'admin token': async (token) => isHeader(token) && (await bearer('/admin/v1/orgs', token)).status !== 401,
  };
  return all;
}

function authenticated(
  client: RegisteredClient,
  form: Record<string, string>,
): { form: Record<string, string>; headers?: Record<string, string> } {
  const how = methodOf(client);
  if (how === 'basic') return { form, headers: basic(client) };
  const secret = how === 'post' ? { client_secret: client.client_secret } : {};
  return { form: { ...form, client_id: client.client_id, ...secret } };
}

function methodOf(client: RegisteredClient): string {
  const method = client['token_endpoint_auth_method'];
  return typeof method === 'string' ? method.replace('client_secret_', '') : 'basic';
}

/** A cookie with its signature, as the engine's cookies have it. */
function signed(name: string, value: string, key: string): string {
  const signature = createHmac('sha1', key).update(`${name}=${value}`).digest('base64url');
  return `${name}=${value}; ${name}.sig=${signature}`;
}

/** Whether it can be sent in a header at all. */
function isHeader(value: string): boolean {
  try {
    validateHeaderValue('x', value);
    return true;
  } catch {
    return false;
  }
}

function cookiesOf({ headers }: Answer): string {
  return [headers['set-cookie'] ?? []]
    .flat()
    .map((line) => line.split(';')[0])
    .join('; ');
}

function xsrfOf(body: string): string {
  return /name="xsrf" value="([^"]+)"/.exec(body)?.[1] ?? '';
}
