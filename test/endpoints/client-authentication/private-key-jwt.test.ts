import { randomUUID } from 'node:crypto';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import * as oidc from 'openid-client';
import { obtainTokens, relyingParty } from '../../harness/protocol/relying-party.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { postForm, type WireAnswer } from '../../harness/protocol/wire.js';

let server: TestServer;
let other: TestServer;
let keys: { privateKey: CryptoKey; publicKey: CryptoKey };
let client: RegisteredClient;
beforeAll(async () => {
  server = await startTestServer();
  other = await startTestServer({ nodeOf: server });
  keys = await generateKeyPair('ES256');
  client = await server.register({
    token_endpoint_auth_method: 'private_key_jwt',
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    jwks: { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }] },
  });
});
afterAll(async () => {
  await other.close();
  await server.close();
});

const now = (): number => Math.floor(Date.now() / 1000);

function claims(changes: Record<string, unknown> = {}): JWTPayload {
  const { client_id: id } = client;
  return { iss: id, sub: id, aud: server.issuer, jti: randomUUID(), iat: now(), exp: now() + 60, ...changes };
}

function sign(
  payload: JWTPayload,
  key: CryptoKey | Uint8Array = keys.privateKey,
  alg = 'ES256',
): Promise<string> {
  return new SignJWT(payload).setProtectedHeader({ alg, kid: 'k1' }).sign(key);
}

function ask(assertion: string, node = server): Promise<WireAnswer> {
  return postForm(`${node.origin}/oauth2/token`, {
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
  });
}

const REFUSED = { status: 401, body: { error: 'invalid_client' } };

test('a client that signs assertions gets tokens for a person, and refreshes them', async () => {
  const config = await relyingParty(server, client, oidc.PrivateKeyJwt(keys.privateKey));
  const tokens = await obtainTokens(config, await server.person());
  expect(await oidc.refreshTokenGrant(config, tokens.refresh_token as string)).toHaveProperty('access_token');
});

test('an assertion for the issuer is accepted', async () => {
  expect((await ask(await sign(claims()))).status).toBe(200);
  expect((await ask(await sign(claims({ aud: [server.issuer] })))).status).toBe(200);
  expect((await ask(await sign(claims()), other)).status).toBe(200);
  // RFC 10070 gives assertions a type of their own.
  const typed = new SignJWT(claims()).setProtectedHeader({ alg: 'ES256', typ: 'client-authentication+jwt' });
  expect((await ask(await typed.sign(keys.privateKey))).status).toBe(200);
});

test.each<[string, () => Record<string, unknown>, RegExp]>([
  ['for the token endpoint', () => ({ aud: `${server.issuer}/oauth2/token` }), /aud .* issuer alone/],
  ['for others besides', () => ({ aud: [server.issuer, 'https://other.example'] }), /aud .* issuer alone/],
  ['good for more than ten minutes', () => ({ exp: now() + 660 }), /exp .* ten minutes/],
])('an assertion %s is refused with the reason', async (_, changes, reason) => {
  const { status, body } = await ask(await sign(claims(changes())));
  expect({ status, error: body['error'] }).toEqual({ status: 401, error: 'invalid_client' });
  expect(body['error_description']).toMatch(reason);
});

test('a key set that could not be fetched is not asked for again at once', async () => {
  let connections = 0;
  const receiver = createServer((socket) => {
    connections++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const { port } = receiver.address() as AddressInfo;
  const { client_id: id } = await server.register({
    token_endpoint_auth_method: 'private_key_jwt',
    grant_types: ['client_credentials'],
    redirect_uris: [],
    jwks_uri: `https://localhost:${String(port)}/jwks`,
  });
  for (let turn = 0; turn < 4; turn++)
    expect(await ask(await sign(claims({ iss: id, sub: id })))).toMatchObject(REFUSED);
  expect(connections).toBe(1);
  receiver.close();
});

test('an assertion works once, on whichever node', async () => {
  const assertion = await sign(claims());
  expect((await ask(assertion)).status).toBe(200);
  expect(await ask(assertion)).toMatchObject(REFUSED);
  expect(await ask(assertion, other)).toMatchObject(REFUSED);
});

test('of many uses at the same moment on two nodes exactly one works', async () => {
  const assertion = await sign(claims());
  const nodes = Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? server : other));
  const answers = await Promise.all(nodes.map((node) => ask(assertion, node)));
  const statuses = answers.map(({ status }) => status).sort();
  expect(statuses).toEqual([200, ...Array<number>(9).fill(401)]);
});

test.each<[string, () => Record<string, unknown>]>([
  ['meant for another server', () => ({ aud: 'https://other.example' })],
  ['meant for no one', () => ({ aud: undefined })],
  ['expired', () => ({ exp: now() - 61, iat: now() - 120 })],
  ['without an expiry', () => ({ exp: undefined })],
  ['without an id', () => ({ jti: undefined })],
  ['not valid yet', () => ({ nbf: now() + 600 })],
  ['issued by another client', () => ({ iss: 'other' })],
])('an assertion %s is refused', async (_, changes) => {
  expect(await ask(await sign(claims(changes())))).toMatchObject(REFUSED);
});

test('an assertion signed with another key is refused', async () => {
  const { privateKey } = await generateKeyPair('ES256');
  expect(await ask(await sign(claims(), privateKey))).toMatchObject(REFUSED);
});

test('an assertion signed with a shared secret, or not at all, is refused', async () => {
  const secret = new TextEncoder().encode(JSON.stringify(await exportJWK(keys.publicKey)));
  expect(await ask(await sign(claims(), secret, 'HS256'))).toMatchObject(REFUSED);
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  expect(await ask(`${encode({ alg: 'none' })}.${encode(claims())}.`)).toMatchObject(REFUSED);
});

test('a client with a secret cannot sign assertions with it', async () => {
  const machine = await server.register({ grant_types: ['client_credentials'], redirect_uris: [] });
  const id = machine.client_id;
  const payload = claims({ iss: id, sub: id });
  const assertion = await sign(payload, new TextEncoder().encode(machine.client_secret), 'HS256');
  expect(await ask(assertion)).toMatchObject(REFUSED);
});

test('a client that registered keys is not let in without an assertion', async () => {
  const fields = { grant_type: 'client_credentials', client_id: client.client_id };
  expect(await postForm(`${server.origin}/oauth2/token`, fields)).toMatchObject(REFUSED);
});
