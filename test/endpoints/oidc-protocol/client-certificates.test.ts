import { createPublicKey } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { fetchWith } from '../../harness/protocol/certificate-caller.js';
import { escaped, mutualTlsFixture, SUBJECT, TOKEN } from './mutual-tls-fixture.js';

const {
  AT_NGINX,
  ask,
  authority,
  behindProxy,
  ca,
  change,
  forged,
  form,
  machine,
  mine,
  server,
  withMine,
  withNone,
} = await mutualTlsFixture();

describe('tls_client_auth', () => {
  behindProxy(
    'refuses certificates of another authority, for servers, expired, of an authority itself, and of nobody',
    async () => {
      const expired = authority.issue({ subject: SUBJECT, expired: true });
      const noUsage = authority.issue({ subject: SUBJECT });
      const forServers = authority.issue({ subject: SUBJECT, extensions: ['extendedKeyUsage=serverAuth'] });
      const asAuthority = authority.issue({
        subject: SUBJECT,
        extensions: ['basicConstraints=critical,CA:TRUE'],
      });
      expect((await ask(escaped(noUsage.cert))).status).toBe(200);
      for (const { cert } of [expired, forged, forServers, asAuthority, authority.selfSigned(SUBJECT)])
        expect((await ask(escaped(cert))).status).toBe(401);
      expect(
        (await withMine(AT_NGINX + TOKEN, { method: 'POST', body: new URLSearchParams(form) })).status,
      ).toBe(200);
      expect(
        (await withNone(AT_NGINX + TOKEN, { method: 'POST', body: new URLSearchParams(form) })).status,
      ).toBe(401);
    },
  );

  test.each<[string, string, number]>([
    ['subject_dn', 'cn=zahlung  ü, OU=Payments+UID=7, o=Example\\2C Inc., c=de', 200],
    ['subject_dn', '2.5.4.3=Zahlung \\C3\\9C,UID=7+OU=Payments,O=#0C0D4578616D706C652C20496E632E,C=DE', 200],
    ['subject_dn', 'C=DE,O=Example\\, Inc.,OU=Payments+UID=7,CN=Zahlung Ü', 401],
    ['subject_dn', 'CN=Zahlung Ü,OU=Payments,UID=7,O=Example\\, Inc.,C=DE', 401],
    ['subject_dn', 'CN=Zahlung Ü,UID=7+OU=Payments,O=Example\\, Inc.', 401],
    ['subject_dn', 'CN=Zahlung Ü\\,UID\\=7+OU=Payments,O=Example\\, Inc.,C=DE', 401],
    ['san_dns', 'APP.example.com', 200],
    ['san_dns', 'a.wild.example', 401],
    ['san_dns', 'example.com', 401],
    ['san_uri', 'spiffe://example.com/app', 200],
    ['san_uri', 'spiffe://example.com/App', 401],
    ['san_ip', '192.0.2.7', 200],
    ['san_ip', '::ffff:192.0.2.7', 401],
    ['san_email', 'app@example.com', 200],
    ['san_email', 'other@example.com', 401],
  ])('%s %s', async (name, value, status) => {
    const fields = Object.fromEntries(
      ['subject_dn', 'san_dns', 'san_uri', 'san_ip', 'san_email'].map(
        (one) => [`tls_client_auth_${one}`, one === name ? value : null] as const,
      ),
    );
    const changed = await change(machine.id, fields);
    expect(changed.status).toBe(200);
    expect((await ask(escaped(mine.cert))).status).toBe(status);
  });
});

behindProxy('self_signed_tls_client_auth takes the certificates of jwks and no others', async () => {
  const own = authority.selfSigned('/CN=self');
  const jwk = createPublicKey(own.cert).export({ format: 'jwk' });
  const client = await server.register({
    token_endpoint_auth_method: 'self_signed_tls_client_auth',
    grant_types: ['client_credentials'],
    redirect_uris: [],
    jwks: { keys: [{ ...jwk, x5c: [own.der] }] },
  });
  const options = { method: 'POST', body: new URLSearchParams({ ...form, client_id: client.client_id }) };
  expect((await fetchWith(ca, own)(AT_NGINX + TOKEN, options)).status).toBe(200);
  for (const other of [authority.selfSigned('/CN=self'), mine])
    expect((await fetchWith(ca, other)(AT_NGINX + TOKEN, options)).status).toBe(401);
  const without = await change(client.id, { jwks: { keys: [{ ...jwk, x5c: [mine.der] }] } });
  expect(without.status).toBe(422);
});

test.each<[object, string, RegExp]>([
  [{ token_endpoint_auth_method: 'tls_client_auth' }, '/tls_client_auth_subject_dn', /needs the subject/],
  [
    {
      token_endpoint_auth_method: 'tls_client_auth',
      tls_client_auth_san_ip: '::1',
      tls_client_auth_san_dns: 'a',
    },
    '/tls_client_auth_san_ip',
    /one subject/,
  ],
  [{ tls_client_auth_san_dns: 'a.example' }, '/tls_client_auth_san_dns', /Only tls_client_auth/],
  [{ token_endpoint_auth_method: 'self_signed_tls_client_auth' }, '/jwks', /x5c/],
  [
    { tls_client_certificate_bound_access_tokens: true, dpop_bound_access_tokens: true },
    '/tls_client_certificate_bound_access_tokens',
    /one way/,
  ],
  ...['', 'CN', 'CN=a,,O=b', 'CN="a"', 'XX=1', 'CN=a\\', 'CN=#zz', 'CN=a,', 'CN=a;O=b'].map(
    (name): [object, string, RegExp] => [
      { token_endpoint_auth_method: 'tls_client_auth', tls_client_auth_subject_dn: name },
      '/tls_client_auth_subject_dn',
      /RFC 4514/,
    ],
  ),
  [{ tls_client_auth_san_dns: '*.example.com' }, '/tls_client_auth_san_dns', /wildcards/],
  [{ tls_client_auth_san_ip: 'localhost' }, '/tls_client_auth_san_ip', /IP address/],
])('registration refuses %j', async (fields, pointer, detail) => {
  const body = { client_name: 'X', redirect_uris: ['https://rp.example/callback'], ...fields };
  const { errors } = (await (await server.admin('POST', '', body)).json()) as { errors: unknown[] };
  expect(errors).toContainEqual({ pointer, detail: expect.stringMatching(detail) });
});
