import { randomBytes } from 'node:crypto';
import { REDIRECT_URI, SCOPE, type Target } from '../../../bench/load/target.js';
import { readWelcome } from './installation.js';
import { type Environment, PosternProcess, runPostern } from './postern-process.js';
import { freePort } from './test-server.js';
import { basic, postForm } from '../protocol/wire.js';

/** LoadNodes of Postern on one database, and a client and a person to use them. */
export interface LoadNodes {
  processes: PosternProcess[];
  /** Each node as something to ask: only its `issuer` differs, which is where that node listens. */
  targets: Target[];
  /** An access token for the admin API. */
  adminToken(): Promise<string>;
  environment: Environment;
}

const CLIENT = {
  client_name: 'Load',
  redirect_uris: [REDIRECT_URI],
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  scopes: [...SCOPE.split(' '), 'clients.read'],
};

/** Migrates the database and starts so many nodes on it. Throws with what they said when that does not work. */
export async function startLoadNodes(count: number, settings: Environment): Promise<LoadNodes> {
  const ports: string[] = [];
  for (let node = 0; node < count; node++) ports.push(String(await freePort()));
  const issuer = `http://localhost:${ports[0] ?? ''}`;
  const environment = {
    ISSUER: issuer,
    // Only the first node listens where the issuer leads to.
    TRUSTED_PROXIES: '1',
    ENCRYPTION_KEY: randomBytes(32).toString('base64url'),
    SIGN_IN_ATTEMPTS_PER_ACCOUNT: '10000',
    SIGN_IN_ATTEMPTS_PER_ADDRESS: '100000',
    ...settings,
  };
  const migration = await runPostern(['migrate'], environment);
  if (migration.code !== 0) throw new Error(`postern migrate: ${migration.stderr}`);
  const processes: PosternProcess[] = [];
  for (const port of ports) {
    const node = new PosternProcess(['serve'], { ...environment, PORT: port });
    processes.push(node);
    await node.says('"listening"');
  }
  const { clientId, clientSecret, email, password } = readWelcome(processes[0]?.stdout ?? '');
  const resource = `${issuer}/admin`;
  const adminToken = async () => {
    const authorization = basic({ id: clientId, client_id: clientId, client_secret: clientSecret });
    const form = { grant_type: 'client_credentials', scope: 'clients.read clients.write', resource };
    const { status, body } = await postForm(`${issuer}/oauth2/token`, form, authorization);
    if (status !== 200) throw new Error(`a token for the admin API: ${String(status)}`);
    return String(body['access_token']);
  };
  const client = await register(issuer, await adminToken());
  const target = { name: 'postern', resource, email, password, ...client };
  return {
    processes,
    targets: ports.map((port) => ({ ...target, issuer: `http://localhost:${port}` })),
    adminToken,
    environment,
  };
}

async function register(origin: string, token: string): Promise<{ clientId: string; clientSecret: string }> {
  const answer = await fetch(`${origin}/admin/v1/orgs/default/projects/default/oauth_clients`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(CLIENT),
  });
  if (answer.status !== 201) throw new Error(`registering: ${String(answer.status)} ${await answer.text()}`);
  const record = (await answer.json()) as { client_id: string; client_secret: string };
  return { clientId: record.client_id, clientSecret: record.client_secret };
}
