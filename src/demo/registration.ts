import { ADMIN_SCOPES } from '../tenancy/access/permissions.js';
import { issueAdminToken } from '../tenancy/admin-tokens/issue-admin-token.js';
import type { Context } from '../context.js';
import { AppError } from '../platform/errors/errors.js';
import { adminAudience } from '../tenancy/admin-tokens/admin-audience.js';

/** The demo's client, as the admin API returned it at registration. */
export interface DemoClient {
  id: string;
  client_id: string;
  client_secret: string;
}

/** No server answers at the issuer. */
export class ServerNotRunning extends Error {
  override readonly name = 'ServerNotRunning';
}

/** Called with each request to the admin API: its method, path and status. */
export type OnExchange = (exchange: { method: string; path: string; status: number }) => void;

/** Registers and deletes the demo's client through the admin API, as an operator does. */
export class DemoRegistration {
  private constructor(
    private readonly issuer: string,
    private readonly token: string,
    private readonly onExchange: OnExchange,
  ) {}

  /** Acts as the installation's first operator. Throws ServerNotRunning when it does not answer. */
  static async open({ keys, members, settings }: Context, onExchange: OnExchange): Promise<DemoRegistration> {
    const { issuer } = settings;
    const running = await fetch(`${issuer}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (!running)
      throw new ServerNotRunning(`Nothing answers at ${issuer}. Start the server first: npm start`);
    const [operator] = await members.operators();
    if (!operator)
      throw new AppError('not_found', 'There is no operator yet. Start the server first: npm start');
    const audience = adminAudience(issuer);
    const request = { issuer, audience, subject: operator.id, scopes: ADMIN_SCOPES, lifetime: 86_400 };
    return new DemoRegistration(issuer, await issueAdminToken(keys, request), onExchange);
  }

  async register(origin: string): Promise<DemoClient> {
    const answer = await this.#call('POST', '', {
      client_name: 'Postern demo',
      description: 'A small application that shows what it learns about you.',
      company: 'Your own laptop',
      redirect_uris: [`${origin}/callback`],
      post_logout_redirect_uris: [`${origin}/`],
      grant_types: ['authorization_code', 'refresh_token'],
      scopes: ['openid', 'offline_access', 'profile', 'email'],
      pkce_required: true,
    });
    return (await answer.json()) as DemoClient;
  }

  async remove({ id }: DemoClient): Promise<void> {
    await this.#call('DELETE', `/${id}`);
  }

  async #call(method: string, path: string, body?: object): Promise<Response> {
    const url = new URL(`/admin/v1/orgs/default/projects/default/oauth_clients${path}`, this.issuer);
    const response = await fetch(url, {
      method,
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    this.onExchange({ method, path: url.pathname, status: response.status });
    if (!response.ok)
      throw new Error(`the admin API answered ${String(response.status)}: ${await response.text()}`);
    return response;
  }
}
