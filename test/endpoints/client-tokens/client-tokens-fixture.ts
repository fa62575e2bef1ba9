import { afterAll } from '@jest/globals';
import { decodeProtectedHeader } from 'jose';
import { makeApi, makeScope } from '../../harness/admin/catalogue.js';
import { startTestServer } from '../../harness/nodes/test-server.js';
import { basic, type FormFields, postForm, type WireAnswer } from '../../harness/protocol/wire.js';

export const OPAQUE_API = 'https://opaque.example';
export const FORM = 'application/x-www-form-urlencoded';
export const MACHINE = { grant_types: ['client_credentials'], redirect_uris: [] };
/** A parameter that means nothing has the engine answer. */
export const ENGINE: [string, string] = ['unknown', '1'];

/** A server with scopes and APIs, a client that may ask for them, and requests for the client's own tokens. */
export async function clientTokensFixture() {
  const server = await startTestServer();
  afterAll(() => server.close());
  for (const name of ['read', 'write', 'rare']) await makeScope(server, { name });
  await makeApi(server, { audience: 'https://jwt.example', access_token_ttl: 77 }, ['jwt.read', 'jwt.write']);
  const es256 = { signing_alg: 'ES256', access_token_typ: 'JWT' };
  await makeApi(server, { audience: 'https://es256.example/', ...es256 }, ['es256.read']);
  await makeApi(server, { audience: OPAQUE_API, access_token_format: 'opaque' }, ['opaque.read']);
  await makeApi(server, { audience: 'https://other.example' }, ['other.read']);
  const client = await server.register({
    ...MACHINE,
    scopes: ['read', 'write', 'rare', 'jwt.read', 'es256.read', 'opaque.read'],
    optional_scopes: ['rare', 'jwt.read', 'es256.read', 'opaque.read'],
  });

  const ask = (fields: [string, string][], headers: Record<string, string>): Promise<WireAnswer> => {
    const form: FormFields = [['grant_type', 'client_credentials'], ...fields];
    return postForm(`${server.origin}/oauth2/token`, form, headers);
  };

  /** What of an answer is the same for every token. */
  const seen = async ({ status, headers, body }: WireAnswer): Promise<unknown> => {
    const { access_token: token, ...members } = body;
    const header = String(token).startsWith('ey') ? decodeProtectedHeader(String(token)) : undefined;
    const kept = Object.fromEntries(
      [...headers].filter(([name]) => !['date', 'x-request-id', 'content-security-policy'].includes(name)),
    );
    if (typeof token !== 'string') return { status, kept, members };
    const about = await postForm(`${server.origin}/oauth2/introspect`, { token }, basic(client));
    const { iat, exp, jti: _jti, ...described } = about.body as Record<string, number>;
    const lifetime = (exp ?? 0) - (iat ?? 0);
    const length = header ? undefined : token.length;
    return { status, kept, members, header, length, described, lifetime };
  };

  await ask([], basic(client));
  return { server, client, ask, seen };
}
