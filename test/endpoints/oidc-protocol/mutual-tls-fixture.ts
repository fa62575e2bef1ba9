import { readFileSync } from 'node:fs';
import { afterAll, test } from '@jest/globals';
import { freePort } from '../../harness/nodes/test-server.js';
import { CertificateAuthority } from '../../harness/outside/certificate-authority.js';
import { fetchWith, requestFrom } from '../../harness/protocol/certificate-caller.js';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import { hasTlsProxies, startNginx } from '../../harness/servers/tls-proxies.js';
import { ServerDirectory } from '../../harness/servers/workplace.js';

/** The address from which the proxies connect to the node. */
export const PROXY = '127.0.0.9';
/** The subject of the certificate of the machine, as openssl takes it. */
export const SUBJECT = '/C=DE/O=Example, Inc./OU=Payments+UID=7/CN=Zahlung Ü';
/** The same by RFC 4514. */
const NAME = 'CN=Zahlung Ü,UID=7+OU=Payments,O=Example\\, Inc.,C=DE';
const NAMES =
  'DNS:app.example.com,DNS:*.wild.example,URI:spiffe://example.com/app,IP:192.0.2.7,email:app@example.com';
export const TOKEN = '/oauth2/token';
export const CLIENT_USAGE = 'extendedKeyUsage=clientAuth';
/** A certificate as nginx writes it to a header. */
export const escaped = (cert: string) => encodeURIComponent(cert);
/** The port of an origin. */
export const portOf = (origin: string) => Number(new URL(origin).port);

/**
 * A server behind nginx with mutual TLS, an authority for certificates and a client that authenticates by one. For the top
 * level of a test file: everything is closed after its tests.
 */
export async function mutualTlsFixture() {
  const authority = new CertificateAuthority('Postern test CA');
  const others = new CertificateAuthority('Postern test CA');
  const place = new ServerDirectory();
  afterAll(async () => {
    await place.close();
    authority.remove();
    others.remove();
  });
  const mine = authority.issue({
    subject: SUBJECT,
    extensions: [`subjectAltName=${NAMES}`, CLIENT_USAGE],
  });
  const ofServer = authority.issue({
    subject: '/CN=localhost',
    extensions: ['subjectAltName=DNS:localhost', 'extendedKeyUsage=serverAuth'],
  });
  const ca = readFileSync(authority.file, 'utf8');
  const nginx = await freePort();
  const MTLS = {
    TRUSTED_PROXIES: '1',
    MTLS_CERTIFICATE_HEADER: 'Client-Cert',
    MTLS_CERTIFICATE_FORMAT: 'nginx',
    MTLS_PROXIES: PROXY,
    MTLS_CA_FILE: authority.file,
    MTLS_ORIGIN: `https://localhost:${String(nginx)}`,
    CIBA: 'on',
  };
  const { addNode, person, server } = await protocolFixture({ env: MTLS });
  if (hasTlsProxies)
    await startNginx(place, { port: nginx, node: portOf(server.origin), server: ofServer, from: PROXY });
  const machine = await server.register({
    token_endpoint_auth_method: 'tls_client_auth',
    tls_client_auth_subject_dn: NAME,
    tls_client_certificate_bound_access_tokens: true,
    grant_types: ['client_credentials'],
    redirect_uris: [],
    scopes: ['clients.read'],
  });
  const form = { grant_type: 'client_credentials', client_id: machine.client_id };
  return {
    addNode,
    person,
    server,
    /** Its settings, the directory of the proxies, and the certificate of nginx. */
    MTLS,
    place,
    ofServer,
    AT_NGINX: MTLS.MTLS_ORIGIN,
    /** A test that needs the proxies, and is skipped where they are not installed. */
    behindProxy: hasTlsProxies ? test : test.skip,
    authority,
    ca,
    mine,
    /** A certificate of another authority of the same name. */
    forged: others.issue({ subject: SUBJECT }),
    withMine: fetchWith(ca, mine),
    withNone: fetchWith(ca),
    machine,
    form,
    /** A token request of the machine with this header, from the address of the proxy. */
    ask: (header: string | string[], from = PROXY, origin = server.origin) =>
      requestFrom(from, origin + TOKEN, { 'client-cert': header }, form),
    change: (id: string, fields: object) =>
      server.admin('PATCH', `/${id}`, fields, { 'content-type': 'application/merge-patch+json' }),
  };
}
