import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { ADMIN_SCOPES } from '../../../src/tenancy/access/permissions.js';
import { accountSubject } from '../../../src/tenancy/access/subjects.js';
import { createApp } from '../../../src/server/app.js';
import { issueAdminToken } from '../../../src/tenancy/admin-tokens/issue-admin-token.js';
import { INSTALLATION } from '../../../src/server/bootstrap.js';
import type { Context } from '../../../src/context.js';
import { openContext } from '../../../src/context.js';
import { adminAudience } from '../../../src/tenancy/admin-tokens/admin-audience.js';
import type { Engine } from '../../../src/endpoints/oidc/engine.js';
import { startEngine } from '../../../src/endpoints/oidc/start-engine.js';
import { listen } from '../../../src/platform/http/server.js';
import { startDeliveries } from '../../../src/server/deliveries.js';
import { readSettings, type Settings } from '../../../src/settings/settings.js';
import { insertAccount, PASSWORD } from '../database/accounts.js';
import { createTestDatabase, type TestDatabase } from '../database/test-database.js';
import { INSTALLATION_TENANT } from '../../../src/tenancy/tenants/tenant.js';

export const CLIENTS = '/admin/v1/orgs/default/projects/default/oauth_clients';
export { PASSWORD } from '../database/accounts.js';

/** A node of Postern in this process, with all that `postern serve` runs but the periodic jobs. */
export interface TestServer {
  issuer: string;
  /** Where this node listens; the issuer's name leads to the first node only. */
  origin: string;
  context: Context;
  engine: Engine;
  database: TestDatabase;
  /** What the node logged so far, one JSON object a line. */
  logs(): string;
  /** An admin token; by default of an operator, with every scope. */
  adminToken(scopes?: readonly string[]): Promise<string>;
  /** Calls the admin API; `path` is below the default project's clients. */
  admin(method: string, path?: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Registers a client; throws unless the answer is 201. */
  register(fields?: Record<string, unknown>): Promise<RegisteredClient>;
  /** Inserts an account whose password is `PASSWORD`, hashed at the lowest cost. */
  person(name?: string): Promise<{ id: string; email: string; password: string }>;
  close(): Promise<void>;
}

export type RegisteredClient = { id: string; client_id: string; client_secret: string } & Record<
  string,
  unknown
>;

export interface TestServerOptions {
  /**
   * Settings as environment variables. Unless PASSWORD_HASH_COST is among them, passwords and client secrets are hashed at
   * bcrypt's lowest cost: at the costs of the product, hashes take most of the tests' CPU.
   */
  env?: Record<string, string>;
  /** Another node of the installation that this one joins. */
  nodeOf?: Pick<TestServer, 'database' | 'issuer'>;
  /** Whether it listens where the issuer leads to, when no other node does. */
  atIssuer?: boolean;
  /** Whether it delivers what is in the outbox. */
  delivers?: boolean;
}

export async function startTestServer({
  env = {},
  nodeOf,
  atIssuer = false,
  delivers = false,
}: TestServerOptions = {}): Promise<TestServer> {
  const database = nodeOf?.database ?? (await createTestDatabase());
  const port = atIssuer && nodeOf ? Number(new URL(nodeOf.issuer).port) : await freePort();
  const issuer = nodeOf?.issuer ?? `http://localhost:${String(port)}`;
  const settings: Settings = readSettings({
    ISSUER: issuer,
    DATABASE_URL: database.url,
    DATABASE_POOL_SIZE: '5',
    ENCRYPTION_KEY: database.encryptionKey,
    ...env,
  });
  if (env['PASSWORD_HASH_COST'] === undefined)
    Object.assign(settings, { passwordHashCost: 4, importedSecretHashCost: 4 });
  const lines: string[] = [];
  const log = pino(
    { level: 'trace', base: null },
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        lines.push(chunk.toString());
        done();
      },
    }),
  );
  const context = await openContext(settings, 'own', log);
  await context.keys.ensure();
  const engine = await startEngine(context);
  const listener = await listen(createApp(context, engine), '127.0.0.1', port);
  const deliveries = delivers ? startDeliveries(context) : undefined;
  const origin = `http://localhost:${String(port)}`;
  let operator: Promise<{ id: string }> | undefined;

  const server: TestServer = {
    issuer,
    origin,
    context,
    engine,
    database,
    logs: () => lines.join(''),
    adminToken: async (scopes = ADMIN_SCOPES) => {
      operator ??= makeOperator(database, context);
      const subject = (await operator).id;
      return issueAdminToken(context.keys, {
        issuer,
        audience: adminAudience(issuer),
        subject,
        scopes,
        lifetime: 600,
      });
    },
    admin: async (method, path = '', body, headers = {}) =>
      fetch(`${origin}${CLIENTS}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${await server.adminToken()}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    register: async (fields = {}) => {
      const body = { client_name: 'Test client', redirect_uris: ['https://rp.example/callback'], ...fields };
      const answer = await server.admin('POST', '', body);
      const text = await answer.text();
      if (answer.status !== 201) throw new Error(`registering answered ${String(answer.status)}: ${text}`);
      return JSON.parse(text) as RegisteredClient;
    },
    person: async (name = randomBytes(6).toString('hex')) => {
      const email = `${name}@people.example`;
      const id = await insertAccount(database, email, `Person ${name}`);
      return { id, email, password: PASSWORD };
    },
    close: async () => {
      await listener.close(5);
      await deliveries?.stop(5);
      await context.close();
      if (!nodeOf) await database.drop();
    },
  };
  return server;
}

async function makeOperator(
  testDatabase: TestDatabase,
  { database, members }: Context,
): Promise<{ id: string }> {
  const id = await insertAccount(testDatabase, `operator-${randomBytes(4).toString('hex')}@postern.test`);
  await database.transaction((tx) =>
    members.grant(tx, INSTALLATION, INSTALLATION_TENANT, accountSubject(id), 'owner'),
  );
  return { id };
}

/** A port that was free a moment ago; the issuer has to be known before the server listens. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
