import { describe, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { nodeJobs } from '../../../src/server/job-list.js';
import { everyRow } from '../../harness/database/database-probe.js';
import { authorizationRequest, relyingParty, signInAndAllow } from '../../harness/protocol/relying-party.js';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import { basic, open, postForm } from '../../harness/protocol/wire.js';

const { addNode, client, config, person, server } = await protocolFixture();
const PAR = `${server.origin}/oauth2/par`;
const CALLBACK = 'https://rp.example/callback';

/** Pushes a request; the request_uri and what checks the answer. */
async function push(parameters: Record<string, string> = {}, at = config) {
  const { checks, url } = await authorizationRequest(at, parameters);
  const pushed = await oidc.buildAuthorizationUrlWithPAR(at, url.searchParams);
  return { url: pushed, redirectUri: CALLBACK, checks };
}
const uriOf = ({ url }: { url: URL }): string => url.searchParams.get('request_uri') ?? '';
const authorize = (clientId: string, requestUri: string, origin = server.origin) =>
  open(
    `${origin}/oauth2/authorize?${new URLSearchParams({ client_id: clientId, request_uri: requestUri }).toString()}`,
  );

test('a pushed request is authorized as it was pushed, refresh token and all', async () => {
  const request = await push();
  expect([...request.url.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri']);
  const callback = await signInAndAllow(request, person);
  expect(callback.searchParams.get('iss')).toBe(server.issuer);
  const tokens = await oidc.authorizationCodeGrant(config, callback, request.checks);
  expect(tokens.scope?.split(' ').sort()).toEqual(['email', 'offline_access', 'openid', 'profile']);
  expect(tokens.refresh_token).toBeDefined();
});

test('one without a scope gets the default ones', async () => {
  const { body } = await postForm(
    PAR,
    { client_id: client.client_id, response_type: 'code', redirect_uri: CALLBACK, state: 's' },
    basic(client),
  );
  expect(body).toMatchObject({ expires_in: 60 });
  const first = await authorize(client.client_id, String(body['request_uri']));
  expect(first.location?.pathname).toMatch(/^\/interaction\//);
});

test('what was pushed is in the database sealed, and only by a digest', async () => {
  const request = await push({ login_hint: 'someone@secret.example', state: 'a-state-to-look-for' });
  const rows = await everyRow(server);
  for (const secret of ['someone@secret.example', 'a-state-to-look-for', uriOf(request).slice(-30)])
    expect(rows).not.toContain(secret);
});

describe('a request_uri is refused', () => {
  const outcome = async (clientId: string, uri: string, origin?: string) => {
    const { body, location, status } = await authorize(clientId, uri, origin);
    return (
      location?.searchParams.get('error') ??
      (status >= 400 ? /\b(?:invalid_[a-z_]+|request_uri_not_supported)/.exec(body)?.[0] : 'ok')
    );
  };

  test('once it was used, on every node', async () => {
    const request = await push();
    await signInAndAllow(request, person);
    const other = await addNode();
    for (const { origin } of [server, other])
      expect(await outcome(client.client_id, uriOf(request), origin)).toBe('invalid_request_uri');
  });

  test('for another client, when it has expired, and when it is none of ours', async () => {
    const other = await server.register();
    const request = await push();
    expect(await outcome(other.client_id, uriOf(request))).toBe('invalid_request_object');
    await server.database.pool.query(
      `UPDATE artifacts SET expires_at = now() - interval '1 second' WHERE model = 10`,
    );
    const unknown = 'urn:ietf:params:oauth:request_uri:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
    expect(await outcome(client.client_id, unknown)).toBe('invalid_request_uri');
    expect(await outcome(client.client_id, 'https://rp.example/request')).toBe('request_uri_not_supported');
  });

  test('when two browsers finish at the same time, for one of them', async () => {
    const request = await push();
    const agents = [new UserAgent(), new UserAgent()];
    await Promise.all(agents.map(async (agent) => signInAndAllow(await push(), person, agent)));
    const ends = await Promise.all(agents.map((agent) => agent.open(request.url.href, {}, CALLBACK)));
    const given = ends.map(({ url }) =>
      new URL(url).searchParams.has('code') ? 'code' : new URL(url).searchParams.get('error'),
    );
    expect(given.sort()).toEqual(['code', 'invalid_request_uri']);
  });

  test('when another browser finished it, also once it is purged; who is slow and alone gets a code', async () => {
    const [shared, slow] = [await push(), await push()];
    const begin = async (request: typeof shared) => {
      const agent = new UserAgent();
      const { url } = await agent.open(request.url.href);
      return async () => {
        const { searchParams } = await signInAndAllow({ ...request, url: new URL(url) }, person, agent);
        return searchParams.has('code') ? 'code' : searchParams.get('error');
      };
    };
    const finish = [await begin(shared), await begin(shared), await begin(shared)];
    const finishSlow = await begin(slow);
    expect(await finish[0]?.()).toBe('code');
    await server.database.pool.query(
      `UPDATE artifacts SET expires_at = expires_at - interval '120 seconds' WHERE model = 10`,
    );
    const purge = nodeJobs(server.context).find(({ name }) => name === 'purge expired artifacts');
    await purge?.run(new AbortController().signal);
    expect(await finish[1]?.()).toBe('invalid_request_uri');
    expect(await finishSlow()).toBe('code');
    await server.database.pool.query('DELETE FROM artifacts WHERE model = 10');
    expect(await finish[2]?.()).toBe('invalid_request_uri');
  });
});

describe('a push is refused', () => {
  const form = {
    client_id: client.client_id,
    response_type: 'code',
    redirect_uri: CALLBACK,
    scope: 'openid',
  };
  const cases: [string, Record<string, string>, Record<string, string>, number, string][] = [
    ['with a wrong secret', {}, basic(client, 'wrong'), 401, 'invalid_client'],
    [
      'with another redirect URI',
      { redirect_uri: 'https://evil.example/' },
      basic(client),
      400,
      'invalid_request',
    ],
    ['with a scope that is unknown', { scope: 'openid nothing' }, basic(client), 400, 'invalid_scope'],
    ['with a request_uri', { request_uri: 'urn:x' }, basic(client), 400, 'request_uri_not_supported'],
    [
      'with a parameter that is too long',
      { state: 'x'.repeat(3_000) },
      basic(client),
      400,
      'invalid_request',
    ],
  ];
  test.each(cases)('%s', async (_why, fields, headers, status, error) => {
    const answer = await postForm(PAR, { ...form, ...fields }, headers);
    expect([answer.status, answer.body['error']]).toEqual([status, error]);
  });

  test('with a request_uri or registration, and is told what to send instead', async () => {
    const refused = async (fields: Record<string, string>) =>
      (await postForm(PAR, { ...form, ...fields }, basic(client))).body['error_description'];
    expect(await refused({ request_uri: 'https://rp.example/request' })).toMatch(/: send the parameters/);
    expect(await refused({ registration: '{}' })).toMatch(/register the client first/);
  });

  test('with a body that is too large, and by another method', async () => {
    expect((await postForm(PAR, { ...form, state: 'x'.repeat(60_000) }, basic(client))).status).toBe(413);
    expect((await fetch(PAR)).status).toBe(405);
  });
});

test('require_pushed_authorization_requests refuses what comes through the browser', async () => {
  const strict = await server.register({ require_pushed_authorization_requests: true });
  const at = await relyingParty(server, strict);
  const direct = await authorizationRequest(at);
  const { location } = await open(direct.url);
  expect(location?.searchParams.get('error_description')).toMatch(
    /Pushed Authorization Request must be used/,
  );
  expect(location?.searchParams.get('iss')).toBe(server.issuer);
  expect((await signInAndAllow(await push({}, at), person)).searchParams.has('code')).toBe(true);
});

test('PAR=required demands it of every client but our own pages', async () => {
  const node = await addNode({ PAR: 'required' });
  const metadata = (await (await fetch(`${node.origin}/.well-known/openid-configuration`)).json()) as Record<
    string,
    unknown
  >;
  expect(metadata).toMatchObject({
    pushed_authorization_request_endpoint: `${server.issuer}/oauth2/par`,
    require_pushed_authorization_requests: true,
  });
  const { url } = await authorizationRequest(config);
  const { location } = await open(node.origin + url.pathname + url.search);
  expect(location?.searchParams.get('error')).toBe('invalid_request');
  expect((await open(`${node.origin}/account`)).location?.pathname).not.toBe('/self/callback');
});
