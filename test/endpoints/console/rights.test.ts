import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CONSOLE_PAGES } from '../../../src/endpoints/console/console.router.js';
import { ADMIN_API_ROUTES } from '../../../src/endpoints/admin/admin-api.js';
import { allows } from '../../../src/tenancy/access/permissions.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { INSTALLATION } from '../../../src/server/bootstrap.js';
import { INSTALLATION_TENANT } from '../../../src/tenancy/tenants/tenant.js';
import { obtainTokens, relyingParty } from '../../harness/protocol/relying-party.js';
import { ConsoleAgent, PROJECT } from '../../harness/pages/console-agent.js';

const OPERATIONS = new Map(
  ADMIN_API_ROUTES.flatMap(({ operations }) => operations.map((one) => [one.id, one] as const)),
);
const ROLES = {
  none: undefined,
  member: 'member',
  viewer: 'viewer',
  admin: 'admin',
  owner: 'owner',
} as const;

/** Operations that change something and have no form in the console, with the reason. */
const ELSEWHERE = new Map([['importClients', 'What another system exported is a file: client import.']]);

let server: TestServer;
let records: Record<string, string>;
beforeAll(async () => {
  server = await startTestServer({ env: { SIGN_UP: 'invite', REGISTRATION: 'token' } });
  records = await makeRecords();
});
afterAll(() => server.close());

/** A record of each kind that a parameter of a page's path names. */
async function makeRecords(): Promise<Record<string, string>> {
  const { person, session, client } = await signedInPerson();
  const { id } = await server.register();
  const { database, invitations, members, tenants } = server.context;
  const organization = await tenants.resolveOrganization('default');
  const levels = {
    installation: INSTALLATION_TENANT,
    organization,
    project: await tenants.resolve('default', 'default'),
  };
  const ofTenants: Record<string, string> = {};
  for (const [level, tenant] of Object.entries(levels)) {
    const subject = `account:${(await server.person()).id}`;
    const member = await database.transaction((tx) =>
      members.grant(tx, INSTALLATION, tenant, subject, 'owner'),
    );
    const input = { email: `${crypto.randomUUID()}@people.example`, role: 'owner' };
    const hook = { url: 'https://hooks.example/', events: ['client.purged'] };
    const { webhook } = await server.context.webhooks.create(INSTALLATION, tenant, hook);
    const delivery = await server.context.webhookDeliveries.sendTest(tenant, webhook.id);
    await server.database.pool.query(`UPDATE webhook_deliveries SET status = 'failed' WHERE id = $1`, [
      delivery.id,
    ]);
    ofTenants[`webhook of the ${level}`] = webhook.id;
    ofTenants[`delivery of the ${level}`] = delivery.id;
    ofTenants[`member of the ${level}`] = member.id;
    ofTenants[`invitation of the ${level}`] = (await invitations.create(INSTALLATION, tenant, input)).id;
  }
  const { apis, catalogue, detailsTypes, initialAccessTokens } = server.context;
  const suffix = crypto.randomUUID();
  const scope = await catalogue.create(INSTALLATION, { name: suffix, title: 'See it' });
  const api = await apis.create(INSTALLATION, { audience: `urn:uuid:${suffix}`, name: 'An API' });
  const details = { title: 'Details', consent_template: 'Do it.', schema: { type: 'object' } };
  const { type } = await detailsTypes.create(INSTALLATION, { type: suffix, ...details });
  const token = await initialAccessTokens.create(INSTALLATION, levels.project, {});
  const mail = crypto.randomUUID();
  const words = { to: 'you@people.example', subject: 'Hello', text: 'Hello.', html: '<p>Hello.</p>' };
  await server.context.mailbox.keep(mail, words);
  const message = await database.transaction((tx) =>
    server.context.outbox.enqueue(tx, { kind: 'test', payload: {} }),
  );
  await server.database.pool.query('UPDATE outbox SET dead_at = now() WHERE id = $1', [message]);
  const ofKinds = {
    mail,
    message,
    name: scope.name,
    type,
    'apis id': api.id,
    'initial-access-tokens id': token.id,
  };
  return { ...ofTenants, ...ofKinds, id, card: 'identity', account: person, session, client };
}

/** A person who allowed a client something, by a parameter's name. */
async function signedInPerson() {
  const client = await server.register();
  const person = await server.person();
  await obtainTokens(await relyingParty(server, client), person);
  const [session] = await server.context.accountAccess.sessions(person.id);
  return { person: person.id, session: session?.uid ?? '', client: client.client_id };
}

/** Where the members of a page are. */
const levelOf = (path: string) =>
  path.includes(':project') ? 'project' : path.includes(':org') ? 'organization' : 'installation';

const pathOf = (path: string, org = 'default', project = 'default') =>
  path.replace(/:(\w+)/g, (_, name: string) => {
    const known: Record<string, string> = { ...records, org, project };
    const [, kind = ''] = new RegExp(`/([\\w-]+)/:${name}`).exec(path) ?? [];
    const value = known[`${kind} ${name}`] ?? known[name] ?? known[`${name} of the ${levelOf(path)}`];
    if (value === undefined) throw new Error(`no record for the parameter ${name}`);
    return encodeURIComponent(value);
  });

const visit = (agent: ConsoleAgent, method: string, path: string) =>
  method === 'get' ? agent.get(path) : agent.post(path, {});

describe('every page', () => {
  test.each([...Object.keys(ROLES), 'operator'] as (keyof typeof ROLES | 'operator')[])(
    'is there for %s exactly where permissions.ts says so',
    async (name) => {
      const agent = await ConsoleAgent.signIn(server, name);
      // Pages may take records away.
      records = await makeRecords();
      for (const { method, path, operation } of CONSOLE_PAGES) {
        const { authorization } = OPERATIONS.get(operation) ?? {};
        // The roles of the others are in an organization.
        const held = authorization?.at === 'installation' ? undefined : ROLES[name as keyof typeof ROLES];
        const role = name === 'operator' ? 'installation' : held;
        // What every token may read is there for whoever has a role that reads something.
        const permission = authorization?.permission ?? 'tenants.visit';
        const isAllowed = role !== undefined && allows(role, permission);
        const { status } = await visit(agent, method, pathOf(path));
        expect([path, status === 404]).toEqual([path, !isAllowed]);
      }
    },
  );

  test('that a role may not see is answered as an address without a page', async () => {
    const agent = await ConsoleAgent.signIn(server, 'viewer');
    const bodyOf = async (path: string) => {
      const { body, status } = await agent.get(path);
      expect([path, status]).toEqual([path, 404]);
      return body.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '');
    };
    const body = await bodyOf('/console/keys');
    expect(body).toContain('Go to the console');
    expect(await bodyOf('/console/no/such/page')).toBe(body);
  });

  test('of another organization is not there, and says nothing else about it than of none', async () => {
    const agent = await ConsoleAgent.signIn(server, 'owner');
    const headers = {
      authorization: `Bearer ${await server.adminToken()}`,
      'content-type': 'application/json',
    };
    const create = (path: string) =>
      fetch(`${server.origin}/admin/v1/orgs${path}`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ slug: 'other', name: 'Another one' }),
      });
    expect((await create('')).status).toBe(201);
    expect((await create('/other/projects')).status).toBe(201);
    for (const { method, path } of CONSOLE_PAGES.filter((page) => page.path.includes(':org'))) {
      const other = await visit(agent, method, pathOf(path, 'other', 'other'));
      const none = await visit(agent, method, pathOf(path, 'nothing', 'other'));
      expect([path, other.status, none.status]).toEqual([path, 404, 404]);
      const withoutId = ({ body }: { body: string }) => body.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '');
      expect(withoutId(other)).toBe(withoutId(none));
    }
    expect((await agent.get(PROJECT)).body).not.toContain('Another one');
  });

  test('does what an operation of the admin API does, and changes nothing by GET', async () => {
    const document = (await (await fetch(`${server.origin}/admin/v1/openapi.json`)).json()) as {
      paths: Record<string, Record<string, { operationId?: string }>>;
    };
    const documented = Object.values(document.paths).flatMap((path) =>
      Object.values(path).map(({ operationId }) => operationId),
    );
    for (const { method, path, operation } of CONSOLE_PAGES) {
      expect([path, documented.includes(operation)]).toEqual([path, true]);
      if (method === 'post') expect([path, OPERATIONS.get(operation)?.method]).not.toEqual([path, 'get']);
    }
  });

  test('changes whatever the API can change, but for what is named here', () => {
    const changing = [...OPERATIONS.values()].filter(({ method }) => method !== 'get').map(({ id }) => id);
    const inConsole = new Set(
      CONSOLE_PAGES.filter(({ method }) => method === 'post').map((page) => page.operation),
    );
    expect(changing.filter((id) => !inConsole.has(id) && !ELSEWHERE.has(id))).toEqual([]);
  });

  test('asks whoever is not signed in to do so', async () => {
    for (const { method, path } of CONSOLE_PAGES.filter((page) => page.method === 'get')) {
      const answer = await fetch(server.origin + pathOf(path), { method, redirect: 'manual' });
      expect([path, answer.status]).toEqual([path, 303]);
      expect(answer.headers.get('location')).toMatch(/^\/self\/sign-in\?to=%2Fconsole/);
    }
  });

  test('has the headers of a page that is private', async () => {
    const agent = await ConsoleAgent.signIn(server);
    const { headers } = await agent.get(PROJECT);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  });
});

test('an account without a role learns that, and whom to ask', async () => {
  for (const role of ['none', 'member'] as const) {
    const agent = await ConsoleAgent.signIn(server, role);
    const { status, body } = await agent.get('/console');
    expect(status).toBe(403);
    expect(body).toContain('Your account has no role here');
    expect(body).toContain('Ask an owner');
  }
});

test('a revoked role has no effect on the next request', async () => {
  const agent = await ConsoleAgent.signIn(server, 'viewer');
  expect((await agent.get(PROJECT)).status).toBe(200);
  await server.database.pool.query('DELETE FROM members WHERE subject = $1', [`account:${agent.person.id}`]);
  expect((await agent.get(PROJECT)).status).toBe(404);
});

test('with CONSOLE=off there is no console, nor a link to it', async () => {
  const node = await startTestServer({ nodeOf: server, env: { CONSOLE: 'off' } });
  try {
    const headers = { accept: 'text/html' };
    expect((await fetch(`${node.origin}/console`, { headers })).status).toBe(404);
    expect(await (await fetch(node.origin, { headers })).text()).not.toContain('/console');
  } finally {
    await node.close();
  }
});
