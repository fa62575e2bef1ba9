import { UserAgent } from '../../../src/demo/user-agent.js';
import { ENGINE_ROUTES, METADATA_PATHS } from '../../../src/platform/http/protocol-paths.js';
import { METADATA, selfRegister } from '../admin/registration.js';
import { CLIENTS, type TestServer } from '../nodes/test-server.js';
import { DEVICE_CODE_GRANT } from '../protocol/device.js';
import { authorizationRequest, obtainTokens, relyingParty } from '../protocol/relying-party.js';
import { basic } from '../protocol/wire.js';

/** A request as an honest caller sends it. */
export interface Proper {
  method: string;
  path: string;
  query?: Readonly<Record<string, string>>;
  form?: Readonly<Record<string, string>>;
  json?: Readonly<Record<string, unknown>>;
  headers?: Readonly<Record<string, string>>;
}

/** The fields of our pages' forms without which nothing else in them is read. */
export const TOKENS_OF_FORMS: readonly string[] = ['csrf', 'xsrf'];

/**
 * A request for each endpoint, and at the token endpoint for each grant, with credentials, cookies and tokens that are good
 * at this server. The server needs REGISTRATION=open.
 */
export async function properRequests(server: TestServer): Promise<Proper[]> {
  const grants = ['authorization_code', 'refresh_token', 'client_credentials', DEVICE_CODE_GRANT];
  const client = await server.register({ grant_types: grants });
  const config = await relyingParty(server, client);
  const person = await server.person();
  const tokens = await obtainTokens(config, person);
  const { id_token = '', access_token, refresh_token = '' } = tokens;
  const { url, redirectUri, checks } = await authorizationRequest(config);
  const request = {
    ...Object.fromEntries(url.searchParams),
    response_mode: 'query',
    prompt: 'login consent',
    max_age: '100',
    claims: '{"userinfo":{"email":null}}',
    id_token_hint: id_token,
    login_hint: person.email,
    ui_locales: 'en',
    acr_values: 'x',
    display: 'page',
    resource: `${server.issuer}/admin`,
  };
  const own = await selfRegister(server);
  const auth = basic(client);
  const admin = { authorization: `Bearer ${await server.adminToken()}` };
  const token = (form: Record<string, string>): Proper => {
    return { method: 'POST', path: ENGINE_ROUTES.token, form, headers: auth };
  };
  const registration = {
    client_name: 'Robot',
    redirect_uris: ['https://rp.example/callback'],
    grant_types: ['authorization_code'],
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_basic',
    scope: 'openid',
    contacts: ['ada@people.example'],
    logo_uri: 'https://rp.example/logo.png',
  };
  const management = {
    path: new URL(own.registration_client_uri).pathname,
    headers: bearer(own.registration_access_token),
  };
  return [
    { method: 'GET', path: ENGINE_ROUTES.authorization, query: request },
    { method: 'POST', path: ENGINE_ROUTES.authorization, form: request },
    token({ grant_type: 'client_credentials', scope: 'openid', resource: request.resource }),
    token({ grant_type: 'refresh_token', refresh_token, scope: 'openid' }),
    token({
      grant_type: 'authorization_code',
      code: 'x',
      redirect_uri: redirectUri,
      code_verifier: checks.pkceCodeVerifier,
    }),
    token({ grant_type: DEVICE_CODE_GRANT, device_code: 'x' }),
    token({
      grant_type: 'client_credentials',
      client_assertion: id_token,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    }),
    { method: 'POST', path: ENGINE_ROUTES.introspection, form: hinted(access_token), headers: auth },
    { method: 'POST', path: ENGINE_ROUTES.revocation, form: hinted('x'), headers: auth },
    { method: 'GET', path: ENGINE_ROUTES.userinfo, headers: bearer(access_token) },
    { method: 'POST', path: ENGINE_ROUTES.userinfo, form: { access_token } },
    { method: 'POST', path: ENGINE_ROUTES.device_authorization, form: { scope: 'openid' }, headers: auth },
    { method: 'POST', path: ENGINE_ROUTES.pushed_authorization_request, form: request, headers: auth },
    { method: 'GET', path: ENGINE_ROUTES.jwks },
    ...Object.values(METADATA_PATHS).map((path) => ({ method: 'GET', path })),
    { method: 'POST', path: ENGINE_ROUTES.registration, json: registration },
    ...['GET', 'DELETE'].map((method) => ({ method, ...management })),
    { method: 'PUT', ...management, json: { ...registration, client_id: own.client_id } },
    {
      method: 'GET',
      path: ENGINE_ROUTES.end_session,
      query: { id_token_hint: id_token, post_logout_redirect_uri: 'https://rp.example/bye', state: 'x' },
    },
    ...(await pages(server, url.href)),
    ...['/', '/healthz', '/readyz', '/nowhere', '/admin/v1/docs'].map((path) => ({ method: 'GET', path })),
    { method: 'GET', path: CLIENTS, query: { page_limit: '1', text: 'x' }, headers: admin },
    { method: 'POST', path: CLIENTS, json: METADATA, headers: admin },
    { method: 'PATCH', path: `${CLIENTS}/${client.id}`, json: { description: 'x' }, headers: admin },
  ];
}

/** The pages of a browser that has begun a sign-in, the device page and the sign-out page, and their forms. */
async function pages(server: TestServer, url: string): Promise<Proper[]> {
  const visitor = new UserAgent();
  const refusing = new UserAgent();
  const device = new UserAgent();
  const leaving = new UserAgent();
  const signIn = await visitor.open(url);
  const { pathname } = new URL(signIn.url);
  const csrf = fieldOf(signIn.body, 'csrf');
  const at = (step: string, form: Record<string, string>): Proper => {
    return { method: 'POST', path: pathname + step, form: { csrf, ...form }, headers: cookies(visitor) };
  };
  // Refusing, and going on without an answer, end the interaction.
  const ended = await refusing.open(url);
  const { pathname: end } = new URL(ended.url);
  const xsrf = fieldOf((await device.open(`${server.issuer}/device`)).body, 'xsrf');
  const leave = fieldOf((await leaving.open(`${server.issuer}${ENGINE_ROUTES.end_session}`)).body, 'xsrf');
  return [
    { method: 'GET', path: pathname, headers: cookies(visitor) },
    at('/login', { email: 'ada@people.example', password: 'x', remember: 'yes' }),
    at('/consent', { scope: 'openid' }),
    {
      method: 'POST',
      path: `${end}/abort`,
      form: { csrf: fieldOf(ended.body, 'csrf') },
      headers: cookies(refusing),
    },
    at('/select', {}),
    { method: 'GET', path: `${pathname}/logo`, headers: cookies(visitor) },
    {
      method: 'GET',
      path: end.replace('/interaction', ENGINE_ROUTES.authorization),
      headers: cookies(refusing),
    },
    { method: 'GET', path: '/device', query: { user_code: 'AAAA-BBBB' }, headers: cookies(device) },
    { method: 'GET', path: '/device/x', headers: cookies(device) },
    {
      method: 'POST',
      path: '/device',
      form: { xsrf, user_code: 'AAAA-BBBB', confirm: 'yes' },
      headers: cookies(device),
    },
    {
      method: 'POST',
      path: `${ENGINE_ROUTES.end_session}/confirm`,
      form: { xsrf: leave, logout: 'yes' },
      headers: cookies(leaving),
    },
  ];
}

function hinted(token: string): Record<string, string> {
  return { token, token_type_hint: 'access_token' };
}

function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

function cookies(agent: UserAgent): Record<string, string> {
  const all = agent.cookies().map(({ name, value }) => `${name}=${value}`);
  return { cookie: all.join('; '), accept: 'text/html' };
}

function fieldOf(html: string, name: string): string {
  return new RegExp(`name="${name}" value="([^"]+)"`).exec(html)?.[1] ?? '';
}
