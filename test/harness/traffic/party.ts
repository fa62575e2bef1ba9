import type * as oidc from 'openid-client';
import { readWelcome } from '../nodes/installation.js';
import { DEVICE_CODE_GRANT } from '../protocol/device.js';
import { relyingParty } from '../protocol/relying-party.js';
import { CLIENTS, type RegisteredClient } from '../nodes/test-server.js';
import { basic } from '../protocol/wire.js';
import { type Reply, send } from './requests.js';

/** A client and a person at an installation, and the operator who made them. */
export class Party {
  private constructor(
    /** Where each node listens; the first one is the issuer. */
    readonly origins: readonly string[],
    readonly person: { email: string; password: string },
    readonly operator: RegisteredClient,
    readonly client: RegisteredClient,
    readonly config: oidc.Configuration,
    private readonly adminToken: string,
  ) {}

  /** @param welcome what the first start printed */
  static async join(origins: readonly string[], welcome: string): Promise<Party> {
    const { email, password, clientId, clientSecret } = readWelcome(welcome);
    const operator = { id: '', client_id: clientId, client_secret: clientSecret };
    const [issuer = ''] = origins;
    const form = {
      grant_type: 'client_credentials',
      scope: 'clients.read clients.write',
      resource: `${issuer}/admin`,
    };
    const granted = await send(`${issuer}/oauth2/token`, { form, headers: basic(operator) });
    const token = String(granted.json()['access_token']);
    const made = await createClient(issuer, token, {
      client_name: 'Tortured',
      redirect_uris: ['https://rp.example/callback'],
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials', DEVICE_CODE_GRANT],
    });
    if (made.status !== 201) throw new Error(`registering answered ${String(made.status)}: ${made.body}`);
    const client = made.json() as RegisteredClient;
    const config = await relyingParty({ issuer }, client);
    return new Party(origins, { email, password }, operator, client, config, token);
  }

  /** A form to the token endpoint of the node with this number; they take turns. */
  token(form: Record<string, string>, node = 0, as = this.client): Promise<Reply> {
    return send(`${this.origin(node)}/oauth2/token`, { form, headers: basic(as) });
  }

  async isActive(token: string, node = 0): Promise<boolean> {
    const url = `${this.origin(node)}/oauth2/introspect`;
    const reply = await send(url, { form: { token }, headers: basic(this.client) });
    if (reply.status !== 200)
      throw new Error(`introspection answered ${String(reply.status)}: ${reply.body}`);
    return reply.json()['active'] === true;
  }

  /** The headers of a call to the admin API. */
  get operatorHeaders(): Record<string, string> {
    return { authorization: `Bearer ${this.adminToken}` };
  }

  origin(node: number): string {
    return this.origins[node % this.origins.length] ?? '';
  }
}

function createClient(origin: string, token: string, json: Record<string, unknown>): Promise<Reply> {
  return send(origin + CLIENTS, { json, headers: { authorization: `Bearer ${token}` } });
}
