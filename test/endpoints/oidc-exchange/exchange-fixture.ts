import { afterAll } from '@jest/globals';
import * as oidc from 'openid-client';
import { type RegisteredClient, startTestServer } from '../../harness/nodes/test-server.js';
import { authorizationRequest, relyingParty, signInAndAllow } from '../../harness/protocol/relying-party.js';
import { basic, postForm, type WireAnswer } from '../../harness/protocol/wire.js';
import { ApiTokens, ORDERS, STOCK } from '../oidc-resources/api-tokens.js';

export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
export const TYPE = 'urn:ietf:params:oauth:token-type:';

/** Rules for both APIs. */
export const RULES = [
  { audience: STOCK, scopes: ['stock.read'], subject: 'any' },
  { audience: ORDERS, scopes: ['orders.read', 'orders.write'], subject: 'any' },
];

/** A service that may exchange tokens of any client of its organization. */
export function registerService(
  { server }: Pick<ApiTokens, 'server'>,
  fields: Record<string, unknown> = {},
): Promise<RegisteredClient> {
  return server.register({
    client_name: 'Service',
    grant_types: [TOKEN_EXCHANGE, 'client_credentials'],
    redirect_uris: [],
    token_exchange: RULES,
    ...fields,
  });
}

/** The tokens of a person who allowed reading of orders and stock: a JWT for orders, an opaque one for stock. */
export async function personTokens(apis: ApiTokens, client = apis.client, person = apis.person) {
  const config = await relyingParty(apis.server, client);
  const scope = 'openid offline_access orders.read stock.read';
  const request = await authorizationRequest(config, { scope, resource: ORDERS });
  request.url.searchParams.append('resource', STOCK);
  const callback = await signInAndAllow(request, person);
  const first = await oidc.authorizationCodeGrant(config, callback, request.checks, { resource: ORDERS });
  const second = await oidc.refreshTokenGrant(config, String(first.refresh_token), { resource: STOCK });
  return {
    config,
    orders: first.access_token,
    stock: second.access_token,
    refresh: String(second.refresh_token),
    id: String(first.id_token),
  };
}

/** A request for an exchange; a parameter that is an empty text is left out. */
export function exchange(
  { server }: Pick<ApiTokens, 'server'>,
  service: RegisteredClient,
  parameters: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<WireAnswer> {
  const form = { grant_type: TOKEN_EXCHANGE, subject_token_type: `${TYPE}access_token`, ...parameters };
  const given = Object.fromEntries(Object.entries(form).filter(([, value]) => value !== ''));
  return postForm(`${server.origin}/oauth2/token`, given, { ...basic(service), ...headers });
}

/** The APIs on two nodes. For the top level of a test file: everything is closed after its tests. */
export async function apisOnTwoNodes() {
  const apis = await ApiTokens.create();
  const { server } = apis;
  const other = await startTestServer({ nodeOf: server });
  afterAll(async () => {
    await other.close();
    await server.close();
  });
  return { apis, server, other };
}

/** The APIs on two nodes and a service that exchanges tokens for them. For the top level of a test file, too. */
export async function exchangeFixture() {
  const { apis, other, server } = await apisOnTwoNodes();
  const service = await registerService(apis);
  return {
    apis,
    server,
    other,
    service,
    /** What a node says of a token to the service. */
    introspected: async (token: unknown, node = server, caller = service) => {
      const url = `${node.origin}/oauth2/introspect`;
      return (await postForm(url, { token: String(token) }, basic(caller))).body;
    },
    /** A token of a client itself. */
    ownToken: async (of = service) =>
      String((await apis.ask({ grant_type: 'client_credentials' }, of)).body['access_token']),
  };
}
