import { describe, expect, test } from '@jest/globals';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import * as oidc from 'openid-client';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { dpopProof } from '../../harness/protocol/dpop-proof.js';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import { authorizationRequest, relyingParty, signInAndAllow } from '../../harness/protocol/relying-party.js';
import { basic, postForm } from '../../harness/protocol/wire.js';

const { addNode, client, config, person, server } = await protocolFixture({
  client: { dpop_bound_access_tokens: true },
});
const keys = await oidc.randomDPoPKeyPair('ES256', { extractable: true });
const others = await oidc.randomDPoPKeyPair('ES256', { extractable: true });
const jkt = await calculateJwkThumbprint(await exportJWK(keys.publicKey));
const TOKEN = `${server.issuer}/oauth2/token`;
const USERINFO = `${server.issuer}/oauth2/userinfo`;

/** Tokens of a person, bound to the key. */
async function boundTokens(at = config) {
  const request = await authorizationRequest(at);
  const callback = await signInAndAllow(request, person);
  const DPoP = oidc.getDPoPHandle(at, keys);
  const tokens = await oidc.authorizationCodeGrant(at, callback, request.checks, undefined, { DPoP });
  return { tokens, DPoP };
}
const userinfo = async (
  token: string,
  proof: string | undefined,
  scheme = 'DPoP',
  origin = server.origin,
) => {
  const headers = { authorization: `${scheme} ${token}`, ...(proof === undefined ? {} : { dpop: proof }) };
  const answer = await fetch(`${origin}/oauth2/userinfo`, { headers });
  return answer.status;
};

test('tokens are bound, and used with a proof at userinfo', async () => {
  const { tokens, DPoP } = await boundTokens();
  expect(tokens.token_type).toBe('dpop');
  const claims = await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims()?.sub ?? '', { DPoP });
  expect(claims.sub).toBe(person.id);
  const { body } = await postForm(
    `${server.origin}/oauth2/introspect`,
    { token: tokens.access_token },
    basic(client),
  );
  expect(body).toMatchObject({ active: true, cnf: { jkt }, token_type: 'DPoP' });
});

describe('userinfo refuses', () => {
  test('a bound token without its proof, and a proof of another key, token, request or time', async () => {
    const { tokens } = await boundTokens();
    const token = tokens.access_token;
    const now = Math.floor(Date.now() / 1000);
    const proofs = [
      undefined,
      await dpopProof(others, 'GET', USERINFO, { token }),
      await dpopProof(keys, 'GET', USERINFO),
      await dpopProof(keys, 'GET', USERINFO, { token: 'another' }),
      await dpopProof(keys, 'POST', USERINFO, { token }),
      await dpopProof(keys, 'GET', TOKEN, { token }),
      await dpopProof(keys, 'GET', USERINFO, { token, iat: now - 400 }),
      await dpopProof(keys, 'GET', USERINFO, { token, iat: now + 400 }),
      await dpopProof(keys, 'GET', USERINFO, { token }, { typ: 'JWT' }),
      'a.b.c',
    ];
    for (const proof of proofs) expect([400, 401]).toContain(await userinfo(token, proof));
    expect(await userinfo(token, undefined, 'Bearer')).toBe(401);
    expect(await userinfo(token, await dpopProof(keys, 'GET', USERINFO, { token }))).toBe(200);
  });

  test('a proof that was used before, on every node, and all but one that come at once', async () => {
    const other = await addNode();
    const { tokens } = await boundTokens();
    const token = tokens.access_token;
    const proof = await dpopProof(keys, 'GET', USERINFO, { token });
    expect(await userinfo(token, proof)).toBe(200);
    expect(await userinfo(token, proof, 'DPoP', other.origin)).toBe(401);
    // One whose iat is ahead is good until five minutes after that.
    const iat = Math.floor(Date.now() / 1000) + 290;
    const early = await dpopProof(keys, 'GET', USERINFO, { token, iat });
    expect(await userinfo(token, early)).toBe(200);
    const { rows } = await server.database.pool.query<{ left: number }>(
      'SELECT extract(epoch FROM max(expires_at) - now())::float8 AS left FROM artifacts WHERE model = 9',
    );
    expect(rows[0]?.left).toBeGreaterThan(590);
    const again = await dpopProof(keys, 'GET', USERINFO, { token });
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        userinfo(token, again, 'DPoP', index % 2 ? server.origin : other.origin),
      ),
    );
    expect(answers.filter((status) => status === 200)).toHaveLength(1);
  });
});

describe('the token endpoint refuses', () => {
  test('a client that is bound and sends no proof, or one proof twice', async () => {
    const machine = await server.register({
      dpop_bound_access_tokens: true,
      grant_types: ['client_credentials'],
      redirect_uris: [],
    });
    const form = { grant_type: 'client_credentials' };
    const url = `${server.origin}/oauth2/token`;
    const bare = await postForm(url, form, basic(machine));
    expect([bare.status, bare.body['error']]).toEqual([400, 'invalid_grant']);
    const dpop = await dpopProof(keys, 'POST', TOKEN);
    const first = await postForm(url, form, { ...basic(machine), dpop });
    expect([first.status, first.body['token_type']]).toEqual([200, 'DPoP']);
    const second = await postForm(url, form, { ...basic(machine), dpop });
    expect([second.status, second.body['error']]).toEqual([400, 'invalid_grant']);
  });

  test('a code that was pushed for another key', async () => {
    const { checks, url } = await authorizationRequest(config);
    const mine = oidc.getDPoPHandle(config, keys);
    const pushed = await oidc.buildAuthorizationUrlWithPAR(config, url.searchParams, { DPoP: mine });
    const callback = await signInAndAllow(
      { url: pushed, redirectUri: 'https://rp.example/callback', checks },
      person,
    );
    const theirs = oidc.getDPoPHandle(config, others);
    await expect(
      oidc.authorizationCodeGrant(config, callback, checks, undefined, { DPoP: theirs }),
    ).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  test('a refresh token of a public client with another key', async () => {
    const app = await server.register({ token_endpoint_auth_method: 'none' });
    const at = await relyingParty(server, app);
    const { tokens, DPoP } = await boundTokens(at);
    const theirs = oidc.getDPoPHandle(at, others);
    for (const options of [{}, { DPoP: theirs }])
      await expect(
        oidc.refreshTokenGrant(at, tokens.refresh_token ?? '', undefined, options),
      ).rejects.toMatchObject({ error: 'invalid_grant' });
    const renewed = await oidc.refreshTokenGrant(at, tokens.refresh_token ?? '', undefined, { DPoP });
    expect(renewed.token_type).toBe('dpop');
  });
});

test('DPOP_NONCE=required hands out nonces and demands them', async () => {
  const node = await addNode({ DPOP_NONCE: 'required' });
  const machine = await server.register({ grant_types: ['client_credentials'], redirect_uris: [] });
  const ask = async (nonce?: string) =>
    postForm(
      `${node.origin}/oauth2/token`,
      { grant_type: 'client_credentials' },
      { ...basic(machine), dpop: await dpopProof(keys, 'POST', TOKEN, nonce === undefined ? {} : { nonce }) },
    );
  const refused = await ask();
  expect([refused.status, refused.body['error']]).toEqual([400, 'use_dpop_nonce']);
  expect((await ask(refused.headers.get('dpop-nonce') ?? '')).status).toBe(200);
  expect((await ask('made-up')).body['error']).toBe('use_dpop_nonce');
});

test('the admin API accepts bound tokens with their proof only, once on all nodes', async () => {
  const other = await addNode();
  const machine = await server.register({
    dpop_bound_access_tokens: true,
    grant_types: ['client_credentials'],
    redirect_uris: [],
    scopes: ['clients.read'],
  });
  const member = { subject: `client:${machine.client_id}`, role: 'viewer' };
  expect((await callAdmin(server, 'POST', '/orgs/default/projects/default/members', member)).status).toBe(
    201,
  );
  const at = await relyingParty(server, machine);
  const DPoP = oidc.getDPoPHandle(at, keys);
  const { access_token: token } = await oidc.clientCredentialsGrant(at, { scope: 'clients.read' }, { DPoP });
  const path = '/admin/v1/orgs/default/projects/default/oauth_clients';
  const call = async (proof: string | undefined, scheme = 'DPoP', origin = server.origin) => {
    const headers = { authorization: `${scheme} ${token}`, ...(proof === undefined ? {} : { dpop: proof }) };
    const { headers: sent, status } = await fetch(origin + path, { headers });
    return [
      status,
      /^(\S+) .*error="([^"]+)"/
        .exec(sent.get('www-authenticate') ?? '')
        ?.slice(1)
        .join(' '),
    ];
  };
  const WRONG_PROOF = [401, 'DPoP invalid_dpop_proof'];
  const proof = await dpopProof(keys, 'GET', server.issuer + path, { token });
  const p384 = await generateKeyPair('ES384');
  const jwk = await exportJWK(keys.publicKey);
  expect(await call(proof)).toEqual([200, undefined]);
  expect(await call(proof, 'DPoP', other.origin)).toEqual(WRONG_PROOF);
  for (const bad of [
    undefined,
    await dpopProof(keys, 'GET', server.issuer + path, { token }, { jwk: await exportJWK(p384.publicKey) }),
    await dpopProof(keys, 'GET', server.issuer + path, { token }, { jwk: { ...jwk, y: jwk.x } }),
    await dpopProof(keys, 'GET', server.issuer + path, { token }, { jwk: { ...jwk, kty: 'oct' } }),
    await dpopProof(keys, 'POST', server.issuer + path, { token }),
    await dpopProof(keys, 'GET', `${server.issuer}/admin/v1/scopes`, { token }),
    await dpopProof(keys, 'GET', server.issuer + path),
  ])
    expect(await call(bad)).toEqual(WRONG_PROOF);
  const ofOthers = await dpopProof(others, 'GET', server.issuer + path, { token });
  expect(await call(ofOthers)).toEqual([401, 'DPoP invalid_token']);
  const good = await dpopProof(keys, 'GET', server.issuer + path, { token });
  expect(await call(good, 'Bearer')).toEqual([401, 'DPoP invalid_token']);
  const members = '/admin/v1/orgs/default/projects/default/members';
  const dpop = await dpopProof(keys, 'GET', server.issuer + members, { token });
  const lacking = await fetch(server.origin + members, { headers: { authorization: `DPoP ${token}`, dpop } });
  expect([lacking.status, lacking.headers.get('www-authenticate')]).toEqual([
    403,
    expect.stringMatching(/^DPoP .*error="insufficient_scope".*algs="ES256 /),
  ]);
  const bare = await fetch(server.origin + path);
  expect(bare.headers.get('www-authenticate')).toBe(
    'Bearer realm="Postern", DPoP realm="Postern", algs="ES256 PS256 EdDSA Ed25519"',
  );
});
