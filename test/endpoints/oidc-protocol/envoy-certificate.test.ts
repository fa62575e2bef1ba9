import { afterAll, describe, expect, test } from '@jest/globals';
import { CertificateAuthority } from '../../harness/outside/certificate-authority.js';
import { requestFrom } from '../../harness/protocol/certificate-caller.js';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';

const PROXY = '127.0.0.9';
const HEADER = 'X-Forwarded-Client-Cert';
const authority = new CertificateAuthority('Postern test CA');
afterAll(() => authority.remove());
const usage = 'extendedKeyUsage=clientAuth';
const mine = encodeURIComponent(authority.issue({ subject: '/O=Bank/CN=app', extensions: [usage] }).cert);
const theirs = encodeURIComponent(authority.issue({ subject: '/O=Bank/CN=till', extensions: [usage] }).cert);
/** The certificate of the authority, as at the end of a chain. */
const chain = (leaf: string) => leaf + encodeURIComponent(authority.issue({ subject: '/CN=middle' }).cert);

const { server } = await protocolFixture({
  env: {
    TRUSTED_PROXIES: '1',
    MTLS_CERTIFICATE_HEADER: HEADER,
    MTLS_CERTIFICATE_FORMAT: 'envoy',
    MTLS_PROXIES: PROXY,
    MTLS_CA_FILE: authority.file,
  },
});
const client = await server.register({
  token_endpoint_auth_method: 'tls_client_auth',
  tls_client_auth_subject_dn: 'CN=app,O=Bank',
  grant_types: ['client_credentials'],
  redirect_uris: [],
});

/** The status of a token request of the client behind Envoy, which sent this header. */
async function statusWith(header: string | string[], from = PROXY): Promise<number> {
  const form = { grant_type: 'client_credentials', client_id: client.client_id };
  const headers = { [HEADER.toLowerCase()]: header };
  return (await requestFrom(from, `${server.origin}/oauth2/token`, headers, form)).status;
}

const HASH = `Hash=${'468ed33b'.repeat(8)}`;
const SPIFFE = 'URI=spiffe://cluster.local/ns/shop/sa/till';

describe('the header of Envoy', () => {
  test.each([
    ['that forwards the certificate alone', `${HASH};Cert="${mine}"`],
    ['that forwards everything', everything()],
    ['of a mesh, with an empty subject', `By=spiffe://a/b;${HASH};Subject="";${SPIFFE};Cert="${mine}"`],
    ['with several names of a kind', `${SPIFFE};${SPIFFE}2;DNS=a.example;DNS=b.example;Cert="${mine}"`],
    ['with a quoted subject that has every separator', `Subject="CN=\\"a\\",O=b;c=d";Cert="${mine}"`],
    ['with a subject that ends in a backslash', `Subject="CN=a\\\\";Cert="${mine}"`],
    ['with a certificate that is not quoted', `${HASH};Cert=${mine}`],
    ['with names in small letters', `hash=1;cert="${mine}"`],
    ['with a URL of a server that forwarded it', `By=http://front.example;Cert="${mine}"`],
  ])('%s is read', async (_what, header) => {
    expect(await statusWith(header)).toBe(200);
  });

  test.each<[string, string | string[]]>([
    ['with the certificate of somebody else', `${HASH};Cert="${theirs}"`],
    [
      'with another certificate before, by a client that sent the header itself',
      [mine, theirs].map(element).join(),
    ],
    ['with another one behind it', [theirs, mine].map(element).join()],
    ['with the same one twice', [mine, mine].map(element).join()],
    ['that came twice', [element(mine), element(mine)]],
    ['with two certificates in an element', `${element(mine)};Cert="${theirs}"`],
    ['with an element that has none', `${element(mine)},By=spiffe://a/b;${HASH}`],
    ['with the chain in the place of the certificate', `${HASH};Cert="${chain(mine)}"`],
    ['with the chain alone', `${HASH};Chain="${chain(mine)}"`],
    ['without the certificate', `By=spiffe://a/b;${HASH};Subject="CN=app,O=Bank"`],
    ['with one in a subject, quoted', `${HASH};Subject="CN=a;Cert=\\"${mine}\\""`],
    ['with one in a name that is not quoted, before the real one', `URI=x;Cert="${mine}";Cert="${theirs}"`],
    [
      'with one behind a subject that closes its quotes itself',
      `Subject="CN=a\\\\"\\;Cert=\\\\"${mine}\\\\"";Cert="${theirs}"`,
    ],
    ['with quotes that do not end', `Cert="${mine}`],
    ['with quotes that end too soon', `Cert="${mine}"x`],
    ['with text before the certificate', `${mine};Cert="${mine}"`],
    ['with something behind the last element', `${element(mine)};`],
    ['with blanks between', `${HASH}; Cert="${mine}"`],
    ['with an escape that is none', `Cert="${mine.replace('%20', '%2')}"`],
    ['with a certificate that is cut off', `Cert="${mine.slice(0, -200)}"`],
    ['with a certificate that is empty', 'Cert=""'],
    ['with nothing', ''],
    ['in the form of RFC 9440', `:${Buffer.from('x').toString('base64')}:`],
    ['that is long', `Subject="${'\\"'.repeat(7_000)};Cert="${mine.slice(0, 100)}"`],
  ])('%s is refused', async (_what, header) => {
    expect(await statusWith(header)).toBe(401);
  });

  test('is read from the proxy only', async () => {
    expect(await statusWith(element(mine), '127.0.0.1')).toBe(401);
  });
});

function element(cert: string): string {
  return `${HASH};Cert="${cert}"`;
}

/** The order in which Envoy writes what it may be told to. */
function everything(): string {
  const subject = 'Subject="emailAddress=a@bank.example,CN=app,OU=A\\, B,O=Bank"';
  return `By=spiffe://a/b;${HASH};Cert="${mine}";Chain="${chain(mine)}";${subject};${SPIFFE};DNS=app.example`;
}
