import { createRemoteJWKSet, jwtVerify } from 'jose';
import type * as oidc from 'openid-client';
import { makeApi } from '../../harness/admin/catalogue.js';
import {
  type RegisteredClient,
  startTestServer,
  type TestServer,
  type TestServerOptions,
} from '../../harness/nodes/test-server.js';
import { relyingParty } from '../../harness/protocol/relying-party.js';
import { basic, postForm } from '../../harness/protocol/wire.js';

export const ORDERS = 'https://orders.example/v1';
export const STOCK = 'https://stock.example';
/** An API of which the client has no scope. */
export const NOTES = 'urn:example:notes';

/** A server with three APIs, a client of two of them, and a person. */
export class ApiTokens {
  private constructor(
    readonly server: TestServer,
    readonly client: RegisteredClient,
    readonly config: oidc.Configuration,
    readonly person: { id: string; email: string; password: string },
    /** The id of the API of orders: ES256, tokens of 90 s. That of stock has opaque tokens of 45 s. */
    readonly ordersId: string,
  ) {}

  static async create(options: TestServerOptions = {}): Promise<ApiTokens> {
    const server = await startTestServer(options);
    const es256 = { audience: ORDERS, signing_alg: 'ES256', access_token_ttl: 90 };
    const ordersId = await makeApi(server, es256, ['orders.read', 'orders.write', 'orders.admin']);
    await makeApi(server, { audience: STOCK, access_token_format: 'opaque', access_token_ttl: 45 }, [
      'stock.read',
    ]);
    await makeApi(server, { audience: NOTES }, ['notes.read']);
    const scopes = ['email', 'orders.read', 'orders.write', 'stock.read'];
    const client = await server.register({ scopes });
    const config = await relyingParty(server, client);
    return new ApiTokens(server, client, config, await server.person(), ordersId);
  }

  /** A token request. */
  ask(form: Record<string, string> | [string, string][], of = this.client) {
    return postForm(`${this.server.issuer}/oauth2/token`, form, basic(of));
  }

  /** Verifies a JWT access token (RFC 9068) with the published keys. */
  verify(token: unknown, audience: string) {
    const { issuer } = this.server;
    const keys = createRemoteJWKSet(new URL(`${issuer}/oauth2/jwks`));
    return jwtVerify(String(token), keys, { issuer, audience, typ: 'at+jwt' });
  }
}
