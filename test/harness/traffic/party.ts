import * as oidc from 'openid-client';
import { readWelcome } from '../nodes/installation.js';
import { DEVICE_CODE_GRANT } from '../protocol/device.js';
import { relyingParty } from '../protocol/relying-party.js';
import { CLIENTS, type RegisteredClient } from '../nodes/test-server.js';
import { dpopProof } from '../protocol/dpop-proof.js';
import { basic } from '../protocol/wire.js';
import { type Reply, send } from './requests.js';

/** An API whose tokens a service gets in exchange for those of the client. */
export const API = 'https://tortured.example';
export const API_SCOPE = 'tortured.read';
/** The grant type of CIBA. */
export const CIBA_GRANT = 'urn:openid:params:grant-type:ciba';
const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** A client and a person at an installation, and the operator who made them. */
export class Party {
  private constructor(
    /** Where each node listens; the first one is the issuer. */
    readonly origins: readonly string[],
    readonly person: { email: string; password: string },
    readonly operator: RegisteredClient,
    readonly client: RegisteredClient,
    readonly config: oidc.Configuration,
    /** A public client, whose refresh tokens are bound to the keys. */
    readonly app: RegisteredClient,
    readonly appConfig: oidc.Configuration,
    readonly keys: Awaited<ReturnType<typeof oidc.randomDPoPKeyPair>>,
    /** Exchanges tokens of the client. */
    readonly service: RegisteredClient,
    private readonly adminToken: string,
  ) {}

  /** @param welcome what the first start printed */
  static async join(origins: readonly string[], welcome: string): Promise<Party> {
    const { email, password, clientId, clientSecret } = readWelcome(welcome);
    const operator = { id: '', client_id: clientId, client_secret: clientSecret };
    const [issuer = ''] = origins;
    const form = {
      grant_type: 'client_credentials',
      scope: 'clients.read clients.write catalogue.write accounts.write',
      resource: `${issuer}/admin`,
    };
    const granted = await send(`${issuer}/oauth2/token`, { form, headers: basic(operator) });
    const token = String(granted.json()['access_token']);
    const made = <T>(path: string, fields: Record<string, unknown>) =>
      create<T>(`${issuer}/admin/v1${path}`, token, fields);
    const register = (fields: Record<string, unknown>) =>
      create<RegisteredClient>(issuer + CLIENTS, token, { client_name: 'Tortured', ...fields });
    const api = await made<{ id: string }>('/apis', {
      audience: API,
      name: 'Tortured',
      access_token_format: 'opaque',
    });
    await made('/scopes', { name: API_SCOPE, title: 'Tortured', api_id: api.id });
    const redirect_uris = ['https://rp.example/callback'];
    const client = await register({
      redirect_uris,
      grant_types: [
        'authorization_code',
        'refresh_token',
        'client_credentials',
        DEVICE_CODE_GRANT,
        CIBA_GRANT,
      ],
      scopes: ['profile', 'email', API_SCOPE],
    });
    const app = await register({ redirect_uris, token_endpoint_auth_method: 'none' });
    const service = await register({
      grant_types: [TOKEN_EXCHANGE],
      token_exchange: [{ audience: API, scopes: [API_SCOPE], subject: 'any' }],
    });
    const keys = await oidc.randomDPoPKeyPair('ES256', { extractable: true });
    const config = await relyingParty({ issuer }, client);
    const appConfig = await relyingParty({ issuer }, app);
    const person = { email, password };
    return new Party(origins, person, operator, client, config, app, appConfig, keys, service, token);
  }

  /** A form to the token endpoint of the node with this number; they take turns. */
  token(
    form: Record<string, string>,
    node = 0,
    as = this.client,
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    return this.post('/oauth2/token', form, node, as, headers);
  }

  /** A form of a client to this path. */
  post(
    path: string,
    form: Record<string, string>,
    node = 0,
    as = this.client,
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const { headers: own, ...named } = authenticated(form, as);
    return send(this.origin(node) + path, { ...named, headers: { ...own, ...headers } });
  }

  /** A form of the public client, with a proof of its key. */
  async bound(form: Record<string, string>, node = 0): Promise<Reply> {
    const dpop = await dpopProof(this.keys, 'POST', `${this.origin(0)}/oauth2/token`);
    return this.token(form, node, this.app, { dpop });
  }

  /** Has the service exchange an access token of a person. */
  exchange(token: string, node = 0): Promise<Reply> {
    const form = {
      grant_type: TOKEN_EXCHANGE,
      subject_token: token,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    };
    return this.token(form, node, this.service);
  }

  async isActive(token: string, node = 0, as = this.client): Promise<boolean> {
    const reply = await this.post('/oauth2/introspect', { token }, node, as);
    if (reply.status !== 200)
      throw new Error(`introspection answered ${String(reply.status)}: ${reply.body}`);
    return reply.json()['active'] === true;
  }

  /** Makes something at the admin API. Throws unless it is made. */
  create<T>(path: string, fields: Record<string, unknown>): Promise<T> {
    return create<T>(`${this.origin(0)}/admin/v1${path}`, this.adminToken, fields);
  }

  /** The headers of a call to the admin API. */
  get operatorHeaders(): Record<string, string> {
    return { authorization: `Bearer ${this.adminToken}` };
  }

  origin(node: number): string {
    return this.origins[node % this.origins.length] ?? '';
  }
}

/** The form with the authentication of the client; a public one names itself. */
function authenticated(form: Record<string, string>, client: RegisteredClient) {
  if (client.client_secret) return { form, headers: basic(client) };
  return { form: { ...form, client_id: client.client_id } };
}

async function create<T>(url: string, token: string, json: Record<string, unknown>): Promise<T> {
  const made = await send(url, { json, headers: { authorization: `Bearer ${token}` } });
  if (made.status !== 201) throw new Error(`${url} answered ${made.body} (${String(made.status)})`);
  return made.json() as T;
}
