import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type Page, UserAgent } from '../../../src/demo/user-agent.js';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { eventually } from '../../harness/common/eventually.js';
import { Installation, readWelcome } from '../../harness/nodes/installation.js';
import { killAll } from '../../harness/nodes/postern-process.js';
import { linesOf } from '../../harness/nodes/workers.js';
import { TraceCollector } from '../../harness/outside/trace-collector.js';
import { obtainCode } from '../../harness/protocol/codes.js';
import { basic, postForm } from '../../harness/protocol/wire.js';
import { Party } from '../../harness/traffic/party.js';

let home: Installation;
let welcome: string;
let collector: TraceCollector;
let origin: string;

beforeAll(async () => {
  home = await Installation.create({ CIBA: 'on' });
  const server = await home.serve();
  welcome = server.stdout;
  await server.end('SIGTERM');
});
beforeEach(async () => {
  collector = new TraceCollector();
  origin = await collector.listen();
});
afterEach(async () => {
  await killAll();
  await collector.close();
});
afterAll(() => home.remove());

const hex = (bytes: number) => randomBytes(bytes).toString('hex');

/** A browser that sends the same `traceparent` with every request. */
class TracedAgent extends UserAgent {
  constructor(private readonly traceparent: string) {
    super();
  }

  override async open(url: string, init: RequestInit = {}, stopAt?: string): Promise<Page> {
    let [next, request] = [url, init];
    for (;;) {
      const headers = new Headers(request.headers);
      headers.set('traceparent', this.traceparent);
      const page = await super.open(next, { ...request, headers }, 'http');
      const isRedirect = page.status >= 300 && page.status < 400;
      if (!isRedirect || (stopAt !== undefined && page.url.startsWith(stopAt))) return page;
      [next, request] = [page.url, {}];
    }
  }
}

test('a code flow is a tree of spans in the trace of its caller, without what is secret', async () => {
  const server = await home.serve({ OTEL_EXPORTER_OTLP_ENDPOINT: origin, OTEL_SERVICE_NAME: 'sign-in' });
  const party = await Party.join([home.issuer], welcome);
  const [traceId, caller] = [hex(16), hex(8)];
  const agent = new TracedAgent(`00-${traceId}-${caller}-01`);
  const { request, code, form } = await obtainCode(party.config, party.person, {}, agent);
  const headers = { ...basic(party.client), traceparent: `00-${traceId}-${caller}-01` };
  const tokens = (await postForm(`${home.issuer}/oauth2/token`, form, headers)).body;
  await fetch(`${home.issuer}/oauth2/userinfo`, {
    headers: { authorization: `Bearer ${String(tokens['access_token'])}`, traceparent: headers.traceparent },
  });
  expect((await server.end('SIGTERM')).code).toBe(0);

  const spans = collector.spans.filter((span) => span.traceId === traceId);
  const requests = spans.filter(({ parentSpanId }) => parentSpanId === caller);
  const names = requests.map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining([
      'GET /oauth2/authorize',
      'GET /interaction/:uid',
      'GET /oauth2/authorize/:uid',
      'POST /oauth2/token',
      'GET /oauth2/userinfo',
    ]),
  );
  const ids = new Set(requests.map(({ spanId }) => spanId));
  const statements = spans.filter(({ parentSpanId }) => parentSpanId !== caller);
  expect(statements.length).toBeGreaterThan(5);
  expect(statements.filter(({ parentSpanId }) => !ids.has(parentSpanId ?? ''))).toEqual([]);
  for (const { attributes } of statements) expect(attributes['db.system.name']).toBe('postgresql');
  const token = requests.find(({ name }) => name === 'POST /oauth2/token');
  expect(token).toMatchObject({
    service: 'sign-in',
    attributes: { 'http.route': '/oauth2/token', 'http.response.status_code': 200 },
  });
  const redeemed = statements.filter(({ parentSpanId }) => parentSpanId === token?.spanId);
  expect(redeemed.map(({ name }) => name)).toEqual(expect.arrayContaining([expect.stringMatching(/\w/)]));

  const { checks } = request;
  const secrets = [
    code,
    ...['access_token', 'id_token', 'refresh_token'].map((name) => String(tokens[name])),
    ...[checks.pkceCodeVerifier, checks.expectedState, String(checks.expectedNonce)],
    ...[party.person.email, party.person.password],
    ...[party.client.client_id, party.client.client_secret, party.operator.client_secret],
    ...agent.cookies().map(({ value }) => value),
  ];
  expect(secrets.every((secret) => secret.length > 8)).toBe(true);
  expect(secrets.filter((secret) => collector.raw.includes(secret))).toEqual([]);
});

test('requests that are sent carry the trace, those of webhooks one of their own', async () => {
  const outside = {
    issuer: origin,
    jwks_uri: `${origin}/jwks`,
    audience: 'x',
    introspection_endpoint: `${origin}/introspect`,
    introspection_client_id: 'postern',
    introspection_client_secret: 'only-for-introspection',
  };
  const server = await home.serve({
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${origin}/v1/traces`,
    ADMIN_ISSUERS: JSON.stringify([outside]),
  });
  const traceId = hex(16);
  await fetch(`${home.issuer}/admin/v1/orgs`, {
    headers: { authorization: 'Bearer opaque-and-foreign', traceparent: `00-${traceId}-${hex(8)}-01` },
  });
  const asked = collector.others.find(({ path }) => path === '/introspect');
  expect(asked?.headers['traceparent']).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
  expect(asked?.headers['content-type']).toContain('application/x-www-form-urlencoded');

  const token = await operatorToken();
  const hook = { url: `${origin}/hook/secret-path`, events: ['client.created'] };
  const made = await callAdmin({ origin: home.issuer }, 'POST', '/webhooks', hook, { token });
  expect(made.status).toBe(201);
  const fields = { client_name: 'Told', grant_types: ['client_credentials'] };
  const clients = '/orgs/default/projects/default/oauth_clients';
  await callAdmin({ origin: home.issuer }, 'POST', clients, fields, { token });
  const told = await eventually(() => collector.others.find(({ path }) => path === '/hook/secret-path'));
  const [, webhook, span] = String(told.headers['traceparent']).split('-');
  await server.end('SIGTERM');
  const sent = collector.spans.find(({ spanId }) => spanId === span);
  expect(sent).toMatchObject({ traceId: webhook, attributes: { 'server.address': 'localhost' } });
  expect(webhook).not.toBe(traceId);
  expect(collector.raw).not.toContain('secret-path');
  expect(collector.raw).not.toContain('opaque-and-foreign');
});

test('what the caller does not trace is not traced, nor a request that the sampler leaves out', async () => {
  const server = await home.serve({ OTEL_EXPORTER_OTLP_ENDPOINT: origin });
  const [off, on] = [hex(16), hex(16)];
  await get(`00-${off}-${hex(8)}-00`);
  await get(`00-${on}-${hex(8)}-01`);
  await get('not a traceparent');
  await server.end('SIGTERM');
  expect(collector.spans.filter(({ traceId }) => traceId === off)).toEqual([]);
  expect(collector.spans.filter(({ traceId }) => traceId === on).length).toBeGreaterThan(0);
  const before = collector.spans.length;

  const sparing = await home.serve({
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: origin,
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0',
  });
  await get();
  await sparing.end('SIGTERM');
  const disabled = await home.serve({ OTEL_EXPORTER_OTLP_ENDPOINT: origin, OTEL_SDK_DISABLED: 'true' });
  await get(`00-${on}-${hex(8)}-01`);
  await disabled.end('SIGTERM');
  expect(collector.spans).toHaveLength(before);
});

test('a collector that is not there is told of once, and does not delay the end', async () => {
  await collector.close();
  const server = await home.serve({ OTEL_EXPORTER_OTLP_ENDPOINT: origin, OTEL_EXPORTER_OTLP_TIMEOUT: '500' });
  await get();
  const lost = 'traces cannot be sent, spans are lost';
  await eventually(() => linesOf(server, lost).length === 1);
  const started = Date.now();
  expect((await server.end('SIGTERM')).code).toBe(0);
  expect(Date.now() - started).toBeLessThan(8_000);
  expect(linesOf(server, lost)).toHaveLength(1);
});

function get(traceparent?: string): Promise<Response> {
  const headers = traceparent === undefined ? {} : { traceparent };
  return fetch(`${home.issuer}/.well-known/openid-configuration`, { headers });
}

async function operatorToken(): Promise<string> {
  const { clientId, clientSecret } = readWelcome(welcome);
  const operator = { id: '', client_id: clientId, client_secret: clientSecret };
  const form = {
    grant_type: 'client_credentials',
    resource: `${home.issuer}/admin`,
    scope: 'clients.read clients.write tenants.write audit.read',
  };
  return String((await postForm(`${home.issuer}/oauth2/token`, form, basic(operator))).body['access_token']);
}
