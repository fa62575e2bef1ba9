import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expectStatus, send } from '../load/http-client.js';
import { CLIENT, type Target } from '../load/target.js';

/** `postern serve`, as it is run in production, and the credentials that its first start has shown. */
export interface Serving {
  target: Target;
  pid: number;
  stop(): Promise<void>;
}

/**
 * Starts it with these settings, of which DATA_DIR is where its log goes; resolves when it listens. Throws with what it
 * said when it ends instead. `issuer` is for one behind a proxy.
 */
export async function serve(
  port: number,
  settings: { DATA_DIR: string } & Record<string, string>,
  issuer = `http://localhost:${String(port)}`,
): Promise<Serving> {
  const main = fileURLToPath(new URL('../../src/main.cjs', import.meta.url));
  const path = join(settings.DATA_DIR, `postern-${String(port)}.log`);
  const log = await open(path, 'w');
  const child = spawn(process.execPath, ['--max-semi-space-size=16', main, 'serve'], {
    env: {
      ...process.env,
      NODE_TLS_REJECT_UNAUTHORIZED: undefined,
      ISSUER: issuer,
      PORT: String(port),
      ...settings,
    },
    stdio: ['ignore', 'pipe', log.fd],
  });
  await log.close();
  let stdout = '';
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  const ended = once(child, 'close');
  process.once('exit', () => child.kill('SIGKILL'));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(1));
  for (let said = ''; !said.includes('"listening"'); said = await readFile(path, 'utf8')) {
    if (child.exitCode !== null) throw new Error(`the server ended: ${said}`);
    await sleep(50);
  }
  const read = (pattern: RegExp) => pattern.exec(stdout)?.[1] ?? '';
  return {
    target: {
      name: 'postern',
      issuer,
      resource: `${issuer}/admin`,
      clientId: read(/Admin client +(\S+)/),
      clientSecret: read(/secret +(\S+)/),
      email: read(/Operator sign-in +(\S+)/),
      password: read(/password +(\S+)/),
    },
    pid: child.pid ?? 0,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** The same server, asked as a client that people can sign in to. */
export async function withOwnClient(target: Target): Promise<Target> {
  const { client_id, client_secret = '' } = await createClient(target, CLIENT);
  return { ...target, clientId: client_id, clientSecret: client_secret };
}

/** Registers a client at the server, as the client of its first start. */
export async function createClient(
  { clientId, clientSecret, issuer, resource }: Target,
  json: object,
): Promise<{ client_id: string; client_secret?: string }> {
  const token = expectStatus(
    await send(`${issuer}/oauth2/token`, {
      headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
      form: { grant_type: 'client_credentials', scope: 'clients.read clients.write', resource },
    }),
    200,
  );
  const { access_token } = JSON.parse(token.body) as { access_token: string };
  const client = expectStatus(
    await send(`${issuer}/admin/v1/orgs/default/projects/default/oauth_clients`, {
      headers: { authorization: `Bearer ${access_token}` },
      json,
    }),
    201,
  );
  return JSON.parse(client.body) as { client_id: string; client_secret?: string };
}
