import { describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import * as oidc from 'openid-client';
import { ClientCertificates } from '../../../src/platform/client-certificates/client-certificates.js';
import { readSettings } from '../../../src/settings/settings.js';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { freePort } from '../../harness/nodes/test-server.js';
import { certifiedParty, fetchWith } from '../../harness/protocol/certificate-caller.js';
import { authorizationRequest, signInAndAllow } from '../../harness/protocol/relying-party.js';
import { basic, postForm } from '../../harness/protocol/wire.js';
import { startHaproxyWithTls } from '../../harness/servers/tls-proxies.js';
import {
  CLIENT_USAGE,
  escaped,
  mutualTlsFixture,
  portOf,
  PROXY,
  SUBJECT,
  TOKEN,
} from './mutual-tls-fixture.js';

const USERINFO = '/oauth2/userinfo';
const fixture = await mutualTlsFixture();
const { addNode, ask, behindProxy, change, forged, form, machine, mine, person, server } = fixture;
const { AT_NGINX, authority, ca, MTLS, ofServer, place, withMine, withNone } = fixture;
const renewed = authority.issue({ subject: SUBJECT, extensions: [CLIENT_USAGE] });
const withRenewed = fetchWith(ca, renewed);
const haproxy = await freePort();
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

behindProxy(
  'a client of FAPI 2.0 authenticates by certificate behind nginx, and its tokens are bound',
  async () => {
    const client = await server.register({
      security_profile: 'fapi2',
      token_endpoint_auth_method: 'tls_client_auth',
      tls_client_auth_san_uri: 'spiffe://example.com/app',
      tls_client_certificate_bound_access_tokens: true,
    });
    expect(client).toMatchObject({ dpop_bound_access_tokens: false, client_type: 'confidential' });
    const config = await certifiedParty(server, client, withMine);
    expect(config.serverMetadata()).toMatchObject({
      tls_client_certificate_bound_access_tokens: true,
      token_endpoint_auth_methods_supported: expect.arrayContaining([
        'tls_client_auth',
        'self_signed_tls_client_auth',
      ]),
      mtls_endpoint_aliases: { token_endpoint: AT_NGINX + TOKEN, userinfo_endpoint: AT_NGINX + USERINFO },
    });
    const { checks, url } = await authorizationRequest(config);
    const pushed = await oidc.buildAuthorizationUrlWithPAR(config, url.searchParams);
    const redirectUri = 'https://rp.example/callback';
    const callback = await signInAndAllow({ url: pushed, redirectUri, checks }, person);
    const tokens = await oidc.authorizationCodeGrant(config, callback, checks);
    const claims = await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims()?.sub ?? '');
    expect(claims.sub).toBe(person.id);
    // The certificate of the token was swapped, left out, or is not passed on by a proxy.
    const statuses = await Promise.all([
      withRenewed(AT_NGINX + USERINFO, bearer(tokens.access_token)),
      withNone(AT_NGINX + USERINFO, bearer(tokens.access_token)),
      fetch(server.origin + USERINFO, bearer(tokens.access_token)),
    ]);
    expect(statuses.map(({ status }) => status)).toEqual([401, 401, 401]);
    const about = await oidc.tokenIntrospection(config, tokens.access_token);
    expect(about).toMatchObject({ active: true, token_type: 'Bearer', cnf: { 'x5t#S256': mine.thumbprint } });
    const again = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '');
    await oidc.tokenRevocation(config, again.access_token);
  },
);

behindProxy('a client asks for a person where certificates are asked for, as discovery says', async () => {
  const client = await server.register({
    token_endpoint_auth_method: 'tls_client_auth',
    tls_client_auth_san_uri: 'spiffe://example.com/app',
    grant_types: ['urn:openid:params:grant-type:ciba'],
    redirect_uris: [],
  });
  const config = await certifiedParty(server, client, withMine);
  const asked = { scope: 'openid', login_hint: person.email };
  expect((await oidc.initiateBackchannelAuthentication(config, asked)).expires_in).toBe(300);
  const node = await addNode({ ...MTLS, CIBA: 'off' });
  const metadata = (await (await fetch(`${node.origin}/.well-known/openid-configuration`)).json()) as object;
  expect(JSON.stringify(metadata)).not.toContain('backchannel_authentication_endpoint');
});

behindProxy('the admin API takes a bound token with its certificate only', async () => {
  const member = { subject: `client:${machine.client_id}`, role: 'viewer' };
  const joined = await callAdmin(server, 'POST', '/orgs/default/projects/default/members', member);
  expect(joined.status).toBe(201);
  const { body } = await ask(escaped(mine.cert));
  const token = String(body['access_token']);
  expect(decodeJwt(token)['cnf']).toEqual({ 'x5t#S256': mine.thumbprint });
  const path = '/admin/v1/orgs/default/projects/default/oauth_clients';
  const answers = await Promise.all([
    withMine(AT_NGINX + path, bearer(token)),
    withRenewed(AT_NGINX + path, bearer(token)),
    withNone(AT_NGINX + path, bearer(token)),
    fetch(server.origin + path, bearer(token)),
    withMine(AT_NGINX + path, { headers: { authorization: `DPoP ${token}` } }),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([200, 401, 401, 401, 401]);
  expect(answers[1]?.headers.get('www-authenticate')).toMatch(/^Bearer .*error="invalid_token"/);
});

describe('the header', () => {
  behindProxy('is ignored from another address, and replaced by nginx', async () => {
    expect((await ask(escaped(mine.cert))).status).toBe(200);
    expect((await ask(escaped(mine.cert), '127.0.0.1')).body['error']).toBe('invalid_client');
    const options = {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: { 'client-cert': escaped(mine.cert) },
    };
    expect((await withNone(AT_NGINX + TOKEN, options)).status).toBe(401);
  });

  test('is no certificate when it came twice or holds anything else', async () => {
    for (const header of [
      [escaped(mine.cert), escaped(mine.cert)],
      '',
      'garbage',
      '%',
      escaped(mine.cert + mine.cert),
      escaped(mine.cert.slice(0, 200)),
      escaped(mine.cert.replace('MII', 'MIJ')),
      `:${mine.der}:`,
      `Cert="${escaped(mine.cert)}"`,
    ])
      expect((await ask(header)).body['error']).toBe('invalid_client');
    expect(server.logs()).toContain('holds no client certificate in this format');
  });

  behindProxy('of Envoy and of RFC 9440 is read on nodes that say so', async () => {
    const envoy = await addNode({ ...MTLS, MTLS_CERTIFICATE_FORMAT: 'envoy' });
    const cert = escaped(mine.cert);
    const status = async (header: string | string[], origin: string) =>
      (await ask(header, PROXY, origin)).status;
    const good = [
      `Cert="${cert}"`,
      `By=spiffe://a;Hash=${'0'.repeat(64)};Subject="CN=\\"a\\",O=b";Cert="${cert}";URI=x`,
    ];
    const bad = [`Cert="${cert}",Cert="${cert}"`, `Cert="${cert}";Cert="${cert}"`, `Hash=1`, `Cert=`, cert];
    for (const header of good) expect([header, await status(header, envoy.origin)]).toEqual([header, 200]);
    for (const header of bad) expect([header, await status(header, envoy.origin)]).toEqual([header, 401]);

    const rfc9440 = await addNode({ ...MTLS, MTLS_CERTIFICATE_FORMAT: 'rfc9440' });
    await startHaproxyWithTls(place, {
      port: haproxy,
      node: portOf(rfc9440.origin),
      server: ofServer,
      from: PROXY,
    });
    for (const header of [
      mine.der,
      `:${mine.der}:, :${mine.der}:`,
      `:${mine.der};a=1:`,
      '::',
      `:!${mine.der}:`,
    ])
      expect(await status(header, rfc9440.origin)).toBe(401);
    const options = { method: 'POST', body: new URLSearchParams(form) };
    const at = `https://localhost:${String(haproxy)}${TOKEN}`;
    expect((await withMine(at, options)).status).toBe(200);
    const spoofed = { ...options, headers: { 'client-cert': `:${mine.der}:` } };
    expect((await withNone(at, spoofed)).status).toBe(401);
    expect((await fetchWith(ca, forged)(at, options)).status).toBe(401);
  });
});

behindProxy(
  'refresh tokens of a public client stay bound, also when the client is not bound any more',
  async () => {
    const app = await server.register({
      token_endpoint_auth_method: 'none',
      tls_client_certificate_bound_access_tokens: true,
    });
    const config = await certifiedParty(server, app, withMine, oidc.None());
    const request = await authorizationRequest(config);
    const callback = await signInAndAllow(request, person);
    const tokens = await oidc.authorizationCodeGrant(config, callback, request.checks);
    expect((await change(app.id, { tls_client_certificate_bound_access_tokens: false })).status).toBe(200);
    expect((await fetch(server.origin + USERINFO, bearer(tokens.access_token))).status).toBe(401);
    for (const fetch of [withRenewed, withNone]) {
      const other = await certifiedParty(server, app, fetch, oidc.None());
      await expect(oidc.refreshTokenGrant(other, tokens.refresh_token ?? '')).rejects.toMatchObject({
        error: 'invalid_grant',
      });
    }
    await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '');
  },
);

test('a node that finds no certificates gives bound clients nothing, and its discovery says so', async () => {
  const node = await addNode();
  const client = await server.register({
    tls_client_certificate_bound_access_tokens: true,
    grant_types: ['client_credentials'],
    redirect_uris: [],
  });
  const asked = { grant_type: 'client_credentials' };
  const refused = await postForm(node.origin + TOKEN, asked, basic(client));
  expect([refused.status, refused.body['error']]).toEqual([400, 'invalid_grant']);
  const metadata = (await (await fetch(`${node.origin}/.well-known/openid-configuration`)).json()) as object;
  expect(Object.keys(metadata)).not.toContain('tls_client_certificate_bound_access_tokens');
  expect(JSON.stringify(metadata)).not.toMatch(/tls_client_auth|mtls/);
  expect((await ask(escaped(mine.cert), PROXY, node.origin)).status).toBeGreaterThanOrEqual(400);
});

test('settings that do not go together, and files that are no authority, stop the start', () => {
  const settings = { ISSUER: 'http://localhost:3000', DATABASE_URL: 'postgres://localhost/x' };
  expect(() => readSettings({ ...settings, ...MTLS, TRUSTED_PROXIES: '0' })).toThrow(/TRUSTED_PROXIES/);
  expect(() => readSettings({ ...settings, MTLS_ORIGIN: 'https://mtls.example' })).toThrow(
    /MTLS_CERTIFICATE_HEADER/,
  );
  for (const proxies of ['localhost', '10.0.0.0/33', '::/0'])
    expect(() => readSettings({ ...settings, ...MTLS, MTLS_PROXIES: proxies })).toThrow(/MTLS_PROXIES/);
  for (const file of ['/does/not/exist', mine.certFile]) {
    const { clientCertificates } = readSettings({ ...settings, ...MTLS, MTLS_CA_FILE: file });
    const certificates = new ClientCertificates(clientCertificates, server.context.log);
    expect(() => certificates.load()).toThrow(/MTLS_CA_FILE/);
  }
});
