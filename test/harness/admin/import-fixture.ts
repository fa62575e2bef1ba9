import { pbkdf2Sync } from 'node:crypto';
import { afterAll } from '@jest/globals';
import { type AdminAnswer, callAdmin } from './admin-caller.js';
import { PROJECT } from './usage.js';
import { startTestServer } from '../nodes/test-server.js';
import { basic, postForm } from '../protocol/wire.js';

/** The path of the import of clients into the default project. */
export const IMPORT = `${PROJECT}/oauth_clients/import`;

/** The secret of the clients that are imported. */
export const SECRET = 'example-client-secret';

/** What an import answers. */
export interface Report extends Record<string, unknown> {
  system: string;
  written: boolean;
  counts: Record<string, number>;
  clients: {
    client_id: string;
    outcome: string;
    changed_fields: string[];
    needs_secret: boolean;
    left_out: { pointer: string }[];
    errors: { pointer: string; detail: string }[];
  }[];
}

/** What became of each client. */
export const outcomes = ({ body }: AdminAnswer<Report>) =>
  body.clients.map(({ client_id, outcome }) => [client_id, outcome]);

/** A secret as Ory Hydra stores it. */
export function hydraHash(secret: string): string {
  const salt = Buffer.from('synthetic-salt16');
  const text = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');
  return `$pbkdf2-sha256$i=25000,l=32$${text(salt)}$${text(pbkdf2Sync(secret, salt, 25_000, 32, 'sha256'))}`;
}

/** A client that acts for itself. */
export function machine(clientId: string, more: object = {}): Record<string, unknown> {
  return {
    client_id: clientId,
    client_name: clientId,
    grant_types: ['client_credentials'],
    scope: '',
    ...more,
  };
}

/** SHA-256 of the secret, as the reference of Supabase's table has it. */
export const SUPABASE_HASH = '6-sAVn33y2sGHZl6331AmzWK0yMi6Qy5IXhdetApm38';

/** A server and what imports clients into it. For the top level of a test file: everything is closed after its tests. */
export async function importFixture() {
  const server = await startTestServer({ env: { CLIENT_SECRET_ATTEMPTS: '1000', PASSWORD_HASH_COST: '10' } });
  afterAll(() => server.close());

  function send(content: unknown, options: object = {}): Promise<AdminAnswer<Report>> {
    return callAdmin<Report>(server, 'POST', IMPORT, { content, ...options });
  }

  async function clientNamed(clientId: string): Promise<Record<string, unknown> | undefined> {
    const path = `${PROJECT}/oauth_clients?text=${encodeURIComponent(clientId)}`;
    const { body } = await callAdmin(server, 'GET', path);
    return (body['data'] as Record<string, unknown>[]).find((client) => client['client_id'] === clientId);
  }

  async function tokenStatus(clientId: string, secret: string): Promise<number> {
    const header = basic({ id: '', client_id: clientId, client_secret: secret });
    const form = { grant_type: 'client_credentials' };
    return (await postForm(`${server.issuer}/oauth2/token`, form, header)).status;
  }

  async function hashesOf(clientId: string): Promise<string[]> {
    const { rows } = await server.database.pool.query<{ hash: string }>(
      `SELECT s.hash FROM oauth_client_secrets s JOIN oauth_clients c ON c.id = s.oauth_client_id
       WHERE c.client_id = $1 ORDER BY s.created_at`,
      [clientId],
    );
    return rows.map(({ hash }) => hash);
  }
  return { server, send, clientNamed, tokenStatus, hashesOf };
}
