import { hash, X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { RegisteredClient } from '../../harness/nodes/test-server.js';
import { CertificateAuthority, type Issued } from '../../harness/outside/certificate-authority.js';
import { requestFrom } from '../../harness/protocol/certificate-caller.js';
import { obtainCode } from '../../harness/protocol/codes.js';
import { relyingParty } from '../../harness/protocol/relying-party.js';
import { basic } from '../../harness/protocol/wire.js';
import { ApiTokens, ORDERS } from '../oidc-resources/api-tokens.js';
import { registerService, TOKEN_EXCHANGE, TYPE } from './exchange-fixture.js';

const PROXY = '127.0.0.9';
const BOUND = { tls_client_certificate_bound_access_tokens: true };

const authority = new CertificateAuthority('Postern test CA');
const usage = 'extendedKeyUsage=clientAuth';
const mine = authority.issue({ subject: '/CN=app', extensions: [usage] });
const other = authority.issue({ subject: '/CN=other', extensions: [usage] });

let apis: ApiTokens;
let service: RegisteredClient;
let subject: string;
beforeAll(async () => {
  apis = await ApiTokens.create({
    env: {
      TRUSTED_PROXIES: '1',
      MTLS_CERTIFICATE_HEADER: 'Client-Cert',
      MTLS_CERTIFICATE_FORMAT: 'nginx',
      MTLS_PROXIES: PROXY,
      MTLS_CA_FILE: authority.file,
    },
  });
  const { server, person } = apis;
  service = await registerService(apis, BOUND);
  const app = await server.register({ ...BOUND, scopes: ['orders.read'] });
  const request = { scope: 'openid orders.read', resource: ORDERS };
  const { form } = await obtainCode(await relyingParty(server, app), person, request);
  const { body } = await ask({ ...form, resource: ORDERS }, mine, basic(app));
  subject = String(body['access_token']);
});
afterAll(async () => {
  await apis.server.close();
  authority.remove();
});

/** A token request as the proxy passes it on, with the certificate that the client connected with. */
function ask(
  form: Record<string, string>,
  certificate: Issued | undefined,
  headers: Record<string, string> = {},
) {
  const named = certificate ? { 'client-cert': encodeURIComponent(certificate.cert) } : {};
  return requestFrom(PROXY, `${apis.server.origin}/oauth2/token`, { ...named, ...headers }, form);
}

const exchanged = (certificate: Issued | undefined, by = service, more: Record<string, string> = {}) =>
  ask(
    {
      grant_type: TOKEN_EXCHANGE,
      subject_token: subject,
      subject_token_type: `${TYPE}access_token`,
      audience: ORDERS,
      ...more,
    },
    certificate,
    more['client_id'] === undefined ? basic(by) : {},
  );

const thumbprint = ({ cert }: Issued) => hash('sha256', new X509Certificate(cert).raw, 'base64url');
const boundTo = (token: unknown) => decodeJwt(String(token))['cnf'];

test('a bound subject token is exchanged with its certificate only, and the new one is bound to it', async () => {
  expect(boundTo(subject)).toEqual({ 'x5t#S256': thumbprint(mine) });
  const plain = await registerService(apis);
  for (const [certificate, by] of [
    [other, service],
    [undefined, plain],
    [mine, plain],
  ] as const)
    expect(await exchanged(certificate, by)).toMatchObject({
      status: 400,
      body: { error: 'invalid_request', error_description: expect.stringContaining('certificate') },
    });
  expect((await exchanged(undefined)).body['error']).toBe('invalid_grant');
  const { status, body } = await exchanged(mine);
  expect([status, boundTo(body['access_token'])]).toEqual([200, { 'x5t#S256': thumbprint(mine) }]);
  expect(body['token_type']).toBe('Bearer');
});

test('a bound actor token is, too', async () => {
  const actors = await registerService(apis, { ...BOUND, scopes: ['orders.read'] });
  const own = await ask({ grant_type: 'client_credentials', scope: 'orders.read' }, mine, basic(actors));
  expect(own.status).toBe(200);
  const actor = {
    actor_token: String(own.body['access_token']),
    actor_token_type: `${TYPE}access_token`,
  };
  expect((await exchanged(other, actors, actor)).status).toBe(400);
  const { status, body } = await exchanged(mine, actors, actor);
  expect([status, decodeJwt(String(body['access_token']))]).toMatchObject([
    200,
    { act: { sub: actors.client_id }, cnf: { 'x5t#S256': thumbprint(mine) } },
  ]);
});

test('a client that authenticates by its certificate exchanges what is bound to that one', async () => {
  const certified = (name: string) =>
    registerService(apis, {
      token_endpoint_auth_method: 'tls_client_auth',
      tls_client_auth_subject_dn: name,
      ...BOUND,
    });
  const [one, another] = [await certified('CN=app'), await certified('CN=other')];
  const named = ({ client_id }: RegisteredClient) => ({ client_id });
  const { status, body } = await exchanged(mine, one, named(one));
  expect([status, boundTo(body['access_token'])]).toEqual([200, { 'x5t#S256': thumbprint(mine) }]);
  expect((await exchanged(other, another, named(another))).body['error']).toBe('invalid_request');
  expect((await exchanged(undefined, one, named(one))).body['error']).toBe('invalid_client');
});
