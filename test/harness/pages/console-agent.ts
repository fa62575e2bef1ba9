import { UserAgent } from '../../../src/demo/user-agent.js';
import { INSTALLATION } from '../../../src/server/bootstrap.js';
import type { Role } from '../../../src/tenancy/access/permissions.js';
import { INSTALLATION_TENANT, type Tenant } from '../../../src/tenancy/tenants/tenant.js';
import type { TestServer } from '../nodes/test-server.js';
import { signInToOwnPage } from './own-sign-in.js';

/** The pages of the default project. */
export const PROJECT = '/console/o/default/p/default';

/** Values of a form; a list is a field that comes more than once. */
export type FormFields = Record<string, string | readonly string[]>;

export interface Answer {
  status: number;
  body: string;
  headers: Headers;
}

/** A person with a role: an owner of the installation, or a role in the default organization. */
export async function makeOperator(server: TestServer, role: Role | 'operator' | 'none' = 'operator') {
  const person = await server.person();
  if (role !== 'none') {
    const { database, members, tenants } = server.context;
    const tenant: Tenant =
      role === 'operator' ? INSTALLATION_TENANT : await tenants.resolveOrganization('default');
    await database.transaction((tx) =>
      members.grant(tx, INSTALLATION, tenant, `account:${person.id}`, role === 'operator' ? 'owner' : role),
    );
  }
  return person;
}

/** A browser without JavaScript that is signed in to the console. */
export class ConsoleAgent {
  private constructor(
    readonly agent: UserAgent,
    readonly person: { id: string; email: string; password: string },
    private readonly origin: string,
    private readonly csrf: string,
  ) {}

  static async signIn(server: TestServer, role: Role | 'operator' | 'none' = 'operator') {
    const person = await makeOperator(server, role);
    const agent = new UserAgent();
    const page = await signInToOwnPage(server.origin, '/console', person, agent);
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
    return new ConsoleAgent(agent, person, server.origin, csrf);
  }

  /** Does not follow redirects. */
  get(path: string): Promise<Answer> {
    return this.#request(path, {});
  }

  /** With the CSRF token of the session, unless the fields have another. Does not follow redirects. */
  post(path: string, fields: FormFields, headers: Record<string, string> = {}): Promise<Answer> {
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries({ csrf: this.csrf, ...fields }))
      for (const one of typeof value === 'string' ? [value] : value) body.append(name, one);
    return this.#request(path, {
      method: 'POST',
      body,
      headers: { 'sec-fetch-site': 'same-origin', ...headers },
    });
  }

  async #request(path: string, init: RequestInit): Promise<Answer> {
    const cookie = this.agent
      .cookies()
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
    const response = await fetch(this.origin + path, {
      redirect: 'manual',
      ...init,
      headers: { accept: 'text/html', cookie, ...init.headers },
    });
    return { status: response.status, body: await response.text(), headers: response.headers };
  }
}

/** The value of a hidden field of a page. */
export function hiddenField(body: string, name: string, form = ''): string {
  const from = body.slice(Math.max(0, body.indexOf(form)));
  const value = new RegExp(`name="${name}" value="([^"]*)"`).exec(from)?.[1] ?? '';
  return value
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
