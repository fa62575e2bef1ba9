import { randomUUID } from 'node:crypto';
import { afterAll } from '@jest/globals';
import { makeApi } from '../../harness/admin/catalogue.js';
import { startTestServer } from '../../harness/nodes/test-server.js';
import { startTokenIssuer } from '../../harness/outside/token-issuer.js';
import { basic, postForm } from '../../harness/protocol/wire.js';
import { JWT_BEARER } from '../oidc-exchange/exchange-fixture.js';

/** The header of an identity assertion. */
export const TYP = { typ: 'oauth-id-jag+jwt' };
/** The API of the chat. */
export const CHAT = 'https://chat.example';

/**
 * A chat on two nodes that trusts two identity providers, one of which is no server of this kind. For the top level of a
 * test file: everything is closed after its tests.
 */
export async function identityAssertionFixture() {
  const idp = await startTestServer();
  const outside = await startTokenIssuer();
  const env = {
    IDENTITY_ISSUERS: JSON.stringify([
      { issuer: idp.issuer, jwks_uri: `${idp.issuer}/oauth2/jwks` },
      { issuer: outside.issuer, jwks_uri: `${outside.issuer}/keys`, account_claim: 'aud_sub' },
    ]),
  };
  const chat = await startTestServer({ env });
  const other = await startTestServer({ nodeOf: chat, env });
  afterAll(async () => {
    await other.close();
    await chat.close();
    await outside.close();
    await idp.close();
  });
  await makeApi(chat, { audience: CHAT, access_token_format: 'opaque' }, ['chat.read', 'chat.write']);
  const fields = { grant_types: ['authorization_code', JWT_BEARER], scopes: ['chat.read'] };
  const atChat = await chat.register({ ...fields, first_party: true });
  const person = await idp.person();
  // The company gives its people the accounts that they have at the identity provider.
  const { email: emailAtChat, id } = await chat.person();
  await chat.database.pool.query('UPDATE accounts SET id = $1 WHERE id = $2', [person.id, id]);
  return {
    idp,
    outside,
    chat,
    other,
    atChat,
    /** A client of the chat that asks people for consent. */
    asking: await chat.register(fields),
    person,
    emailAtChat,
    redeem: (assertion: string, by = atChat, more: Record<string, string> = {}, node = chat) =>
      postForm(`${node.origin}/oauth2/token`, { grant_type: JWT_BEARER, assertion, ...more }, basic(by)),
    /** What the other identity provider says of the person. */
    assertion: (claims: Record<string, unknown> = {}, header: Record<string, unknown> = TYP) =>
      outside.sign(
        {
          sub: 'employee-7',
          aud_sub: person.id,
          aud: chat.issuer,
          client_id: atChat.client_id,
          jti: randomUUID(),
          resource: CHAT,
          scope: 'chat.read',
          ...claims,
        },
        header,
      ),
    isActive: async (token: unknown) => {
      const url = `${other.origin}/oauth2/introspect`;
      return (await postForm(url, { token: String(token) }, basic(atChat))).body['active'];
    },
  };
}
