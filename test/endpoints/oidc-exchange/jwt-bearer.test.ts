import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, test } from '@jest/globals';
import { decodeJwt, SignJWT, UnsecuredJWT } from 'jose';
import * as oidc from 'openid-client';
import { startTokenIssuer } from '../../harness/outside/token-issuer.js';
import { relyingParty } from '../../harness/protocol/relying-party.js';
import { signingKey } from '../../harness/protocol/signing-client.js';
import { basic, postForm } from '../../harness/protocol/wire.js';
import { ORDERS, STOCK } from '../oidc-resources/api-tokens.js';
import { apisOnTwoNodes, JWT_BEARER } from './exchange-fixture.js';

const SUBJECT = 'repo:octo/app:ref:refs/heads/main';

const workload = await startTokenIssuer();
afterAll(() => workload.close());
const { apis, other, server } = await apisOnTwoNodes();

/** A public client: what proves that a request is its own is the assertion. */
const register = (trusted_issuers: object[], fields: Record<string, unknown> = {}) =>
  server.register({
    client_name: 'Pipeline',
    redirect_uris: [],
    grant_types: [JWT_BEARER],
    token_endpoint_auth_method: 'none',
    scopes: ['orders.read', 'stock.read'],
    trusted_issuers,
    ...fields,
  });
const ci = await register([{ issuer: workload.issuer, subject: 'repo:octo/app:*' }]);
const redeem = (
  assertion: string,
  by = ci,
  more: Record<string, string> = { resource: ORDERS },
  node = server,
) =>
  postForm(`${node.origin}/oauth2/token`, {
    grant_type: JWT_BEARER,
    client_id: by.client_id,
    assertion,
    ...more,
  });
/** What GitHub Actions says of a job. */
const job = (claims: Record<string, unknown> = {}, header = {}) =>
  workload.sign(
    { sub: SUBJECT, aud: server.issuer, jti: randomUUID(), repository: 'octo/app', ...claims },
    header,
  );

describe('a workload gets a token of its client', () => {
  test('with openid-client, by discovery of the issuer, as GitHub Actions', async () => {
    const config = await relyingParty(server, ci);
    const answer = await oidc.genericGrantRequest(config, JWT_BEARER, {
      assertion: await job(),
      scope: 'orders.read',
      resource: ORDERS,
    });
    const { payload } = await apis.verify(answer.access_token, ORDERS);
    expect(payload).toMatchObject({
      sub: ci.client_id,
      client_id: ci.client_id,
      sub_type: 'client',
      scope: 'orders.read',
      act: { iss: workload.issuer, sub: SUBJECT },
    });
    expect(answer).not.toHaveProperty('refresh_token');
    for (let count = 0; count < 3; count++) expect((await redeem(await job())).status).toBe(200);
    expect(workload.requests).toEqual(['/.well-known/openid-configuration', '/keys']);
  });

  test('from the key set that its record names, as Kubernetes and SPIFFE, for no longer than the assertion', async () => {
    const account = 'system:serviceaccount:prod:deployer';
    const spiffe = 'spiffe://prod.example/ns/prod/sa/deployer';
    const client = await register([
      { issuer: workload.issuer, jwks_uri: `${workload.issuer}/keys`, subject: account },
      {
        issuer: workload.issuer,
        subject: 'spiffe://prod.example/ns/prod/*',
        audience: 'postern',
        scopes: ['stock.read'],
      },
    ]);
    const now = Math.floor(Date.now() / 1000);
    const kubernetes = await workload.sign({ sub: account, aud: [server.issuer], nbf: now, exp: now + 60 });
    const first = await redeem(kubernetes, client);
    expect([first.status, first.body['scope']]).toEqual([200, 'orders.read']);
    expect(Number(first.body['expires_in'])).toBeLessThanOrEqual(60);
    const svid = () =>
      workload.sign({ sub: spiffe, aud: 'postern', iat: undefined, exp: now + 300 + Math.random() });
    const second = await redeem(await svid(), client, { resource: STOCK });
    expect([second.status, second.body['scope']]).toEqual([200, 'stock.read']);
    const wide = await redeem(await svid(), client, { resource: ORDERS, scope: 'orders.read' });
    expect(wide.body['error']).toBe('invalid_scope');
    const seen = await postForm(
      `${other.origin}/oauth2/introspect`,
      { token: String(second.body['access_token']) },
      basic(apis.client),
    );
    expect(seen.body).toMatchObject({ active: true, client_id: client.client_id, act: { sub: spiffe } });
  });

  test('by an assertion that it signs with its own key', async () => {
    const { jwk, key } = await signingKey();
    const client = await register([], { jwks: { keys: [jwk] } });
    const sign = (sub: string) =>
      new SignJWT({ jti: randomUUID() })
        .setProtectedHeader({ alg: 'ES256', kid: 'signing' })
        .setIssuer(client.client_id)
        .setSubject(sub)
        .setAudience(server.issuer)
        .setIssuedAt()
        .setExpirationTime('1m')
        .sign(key.key);
    const answer = await redeem(await sign(client.client_id), client);
    expect(answer.status).toBe(200);
    expect(decodeJwt(String(answer.body['access_token']))).not.toHaveProperty('act');
    expect((await redeem(await sign(apis.person.id), client)).body['error']).toBe('invalid_grant');
  });
});

describe('an assertion is used once', () => {
  test.each([
    ['by its jti', {}],
    ['by its digest when it has none', { jti: undefined }],
  ])('on all nodes, %s', async (_how, claims) => {
    const assertion = await job(claims);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        redeem(assertion, ci, { resource: ORDERS }, index % 2 ? server : other),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect((await redeem(assertion, ci, { resource: ORDERS }, other)).body['error']).toBe('invalid_grant');
  });
});

describe('refused', () => {
  test('are assertions of others, for others, of another time, type, key or algorithm', async () => {
    const now = Math.floor(Date.now() / 1000);
    const stranger = await startTokenIssuer();
    const forged = await stranger.sign({ iss: workload.issuer, sub: SUBJECT, aud: server.issuer });
    const secret = new TextEncoder().encode('x'.repeat(32));
    const hmac = new SignJWT({ iss: workload.issuer, sub: SUBJECT, aud: server.issuer, exp: now + 60 })
      .setProtectedHeader({ alg: 'HS256', kid: 'workload' })
      .sign(secret);
    const unsecured = new UnsecuredJWT({
      iss: workload.issuer,
      sub: SUBJECT,
      aud: server.issuer,
      exp: now + 60,
    });
    const bad: [assertion: string, why: string][] = [
      [
        await stranger.sign({ sub: SUBJECT, aud: server.issuer }),
        'it is of an issuer that this client does not trust',
      ],
      [forged, 'its signature is wrong'],
      [await hmac, 'it is signed with an algorithm that is not accepted'],
      [unsecured.encode(), 'it is signed with an algorithm that is not accepted'],
      [
        await job({ sub: 'repo:octo/other:ref:refs/heads/main' }),
        'its sub is none that this client may act for',
      ],
      [await job({ sub: `x${SUBJECT}` }), 'its sub is none that this client may act for'],
      [await job({ sub: undefined }), 'its sub is missing or cannot be used'],
      [await job({ sub: 'repo:octo/app:'.padEnd(600, 'x') }), 'its sub is missing or cannot be used'],
      [await job({ aud: 'https://another.example' }), 'its aud is missing or wrong'],
      [await job({ aud: undefined }), 'its aud is missing or wrong'],
      [await job({ exp: now - 120, iat: now - 300 }), 'it has expired'],
      [await job({ exp: undefined }), 'its exp is missing or wrong'],
      [await job({ exp: now + 7_300 }), 'it is valid for more than two hours'],
      [await job({ iat: now + 300, exp: now + 400 }), 'its iat is in the future'],
      [await job({ nbf: now + 300 }), 'its nbf is missing or wrong'],
      [await job({}, { typ: 'at+jwt' }), 'its typ is that of another kind of JWT'],
      [
        await job({}, { typ: 'oauth-id-jag+jwt' }),
        'assertions about people are for clients that authenticate',
      ],
      [await job({ padding: 'x'.repeat(17_000) }), 'it has more than 16384 characters'],
      ['a.b.c', 'it is no JWT'],
      ['opaque', 'it is no JWT'],
    ];
    for (const [assertion, why] of bad) {
      const { status, body } = await redeem(assertion);
      expect([status, body['error']]).toEqual([400, 'invalid_grant']);
      expect(body['error_description']).toBe(`the assertion is refused: ${why}`);
    }
    expect((await redeem('')).body['error']).toBe('invalid_request');
    await stranger.close();
  });

  test('are other clients, scopes and resources', async () => {
    const machine = await server.register({ grant_types: ['client_credentials'], redirect_uris: [] });
    const form = { grant_type: JWT_BEARER, assertion: await job() };
    const unregistered = await postForm(`${server.origin}/oauth2/token`, form, basic(machine));
    expect(unregistered.body['error']).toBe('unauthorized_client');
    for (const [more, error] of [
      [{ scope: 'orders.admin', resource: ORDERS }, 'invalid_scope'],
      [{ resource: 'urn:example:notes' }, 'invalid_target'],
      [{ resource: `${server.issuer}/admin` }, 'invalid_target'],
      [{}, 'invalid_target'],
    ] as const)
      expect((await redeem(await job(), ci, more)).body['error']).toBe(error);
  });

  test('is what was got by an issuer that is not trusted any more', async () => {
    const client = await register([{ issuer: workload.issuer, subject: SUBJECT }]);
    const { body } = await redeem(await job(), client);
    const token = String(body['access_token']);
    const ask = async () =>
      (await postForm(`${other.origin}/oauth2/introspect`, { token }, basic(apis.client))).body['active'];
    expect(await ask()).toBe(true);
    const changed = await server.admin('PATCH', `/${client.id}`, {
      trusted_issuers: [{ issuer: workload.issuer, subject: 'repo:octo/another:*' }],
    });
    expect(changed.status).toBe(200);
    expect(await ask()).toBe(false);
  });
});
