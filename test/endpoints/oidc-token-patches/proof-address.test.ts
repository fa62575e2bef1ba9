import { expect } from '@jest/globals';
import { generateKeyPair, SignJWT, exportJWK } from 'jose';
import * as oidc from 'openid-client';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { certifiedParty } from '../../harness/protocol/certificate-caller.js';
import { dpopProof } from '../../harness/protocol/dpop-proof.js';
import { authorizationRequest, signInAndAllow } from '../../harness/protocol/relying-party.js';
import { mutualTlsFixture, TOKEN } from '../oidc-protocol/mutual-tls-fixture.js';

const { AT_NGINX, behindProxy, person, server, withMine } = await mutualTlsFixture();

behindProxy('a client with a certificate proves a key by DPoP for the address where it asks', async () => {
  const client = await server.register({
    security_profile: 'fapi2',
    token_endpoint_auth_method: 'tls_client_auth',
    tls_client_auth_san_uri: 'spiffe://example.com/app',
  });
  const config = await certifiedParty(server, client, withMine);
  const DPoP = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair('ES256'));
  const { checks, url } = await authorizationRequest(config);
  const pushed = await oidc.buildAuthorizationUrlWithPAR(config, url.searchParams, { DPoP });
  const redirectUri = 'https://rp.example/callback';
  const callback = await signInAndAllow({ url: pushed, redirectUri, checks }, person);
  const tokens = await oidc.authorizationCodeGrant(config, callback, checks, undefined, { DPoP });
  expect(tokens.token_type).toBe('dpop');
  const claims = await oidc.fetchUserInfo(config, tokens.access_token, person.id, { DPoP });
  expect(claims.sub).toBe(person.id);

  const key = await generateKeyPair('ES256');
  const jwk = await exportJWK(key.publicKey);
  const refused = async (htu: string) => {
    const proof = await new SignJWT({ htu, htm: 'POST', jti: crypto.randomUUID() })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
      .setIssuedAt()
      .sign(key.privateKey);
    const body = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: 'x',
      client_id: client.client_id,
    });
    const answer = await withMine(AT_NGINX + TOKEN, { method: 'POST', body, headers: { dpop: proof } });
    return ((await answer.json()) as { error: string }).error;
  };
  // The proof of a request to the issuer's address counts there and here.
  for (const htu of [AT_NGINX + TOKEN, `${AT_NGINX}${TOKEN}?a=1`, server.issuer + TOKEN])
    expect([htu, await refused(htu)]).toEqual([htu, 'invalid_grant']);
  for (const htu of [`${AT_NGINX}/oauth2/par`, `https://other.example${TOKEN}`, 'x'])
    expect([htu, await refused(htu)]).toEqual([htu, 'invalid_dpop_proof']);
});

behindProxy('the admin API takes proofs for the address where the caller asks', async () => {
  const client = await server.register({
    dpop_bound_access_tokens: true,
    token_endpoint_auth_method: 'tls_client_auth',
    tls_client_auth_san_uri: 'spiffe://example.com/app',
    grant_types: ['client_credentials'],
    redirect_uris: [],
    scopes: ['clients.read'],
  });
  const member = { subject: `client:${client.client_id}`, role: 'viewer' };
  const joined = await callAdmin(server, 'POST', '/orgs/default/projects/default/members', member);
  expect(joined.status).toBe(201);
  const config = await certifiedParty(server, client, withMine);
  const keys = await oidc.randomDPoPKeyPair('ES256');
  const DPoP = oidc.getDPoPHandle(config, keys);
  const scope = 'clients.read';
  const { access_token: token } = await oidc.clientCredentialsGrant(config, { scope }, { DPoP });
  const path = '/admin/v1/orgs/default/projects/default/oauth_clients';
  const headers = new Headers();
  const url = new URL(AT_NGINX + path);
  const answer = await oidc.fetchProtectedResource(config, token, url, 'GET', null, headers, { DPoP });
  expect(answer.status).toBe(200);

  const call = async (htu: string) => {
    const dpop = await dpopProof(keys, 'GET', htu, { token });
    const answer = await withMine(AT_NGINX + path, { headers: { authorization: `DPoP ${token}`, dpop } });
    return [htu, answer.status];
  };
  expect(await call(server.issuer + path)).toEqual([server.issuer + path, 200]);
  for (const htu of [`${AT_NGINX}/admin/v1/scopes`, `https://other.example${path}`, 'x'])
    expect(await call(htu)).toEqual([htu, 401]);
});
