import { insertAccounts } from '../../harness/large-tables/many-accounts.js';
import { insertClients } from '../../harness/large-tables/many-clients.js';
import type { TestServer } from '../../harness/nodes/test-server.js';

/** How many of the clients are used each day, by as many people. */
const USED_DAILY = 2_000;
const EVENTS = 200_000;
const DELIVERIES = 50_000;
/** Rows of each of the smaller lists. */
const SOME = 2_000;

/** Records to look at. */
export interface Filled {
  clientId: string;
  accountId: string;
  webhookId: string;
}

/**
 * Fills the default project, its organization and the installation with so many clients and accounts, and what comes with
 * them.
 */
export async function fill(server: TestServer, clients: number, accounts: number): Promise<Filled> {
  const run = async (text: string, values: unknown[] = []) =>
    (await server.database.pool.query<{ id: string }>(text, values)).rows[0]?.id ?? '';
  await insertClients(server, clients);
  await insertAccounts(server, accounts);
  await fillUsage(run);
  await run(
    `INSERT INTO audit_events (org_id, project_id, actor, action, target_type, target_id, changed_fields, occurred_at)
     SELECT p.org_id, CASE WHEN n % 10 > 0 THEN p.id END, 'account:' || md5((n % 50)::text)::uuid,
       (ARRAY['client.created', 'client.updated', 'client.secret_rotated', 'client.deleted'])[n % 4 + 1], 'client',
       md5((n % 20000)::text)::uuid, '{client_name}', now() - n * interval '90 seconds'
     FROM generate_series(1, $1::int) AS n, projects p WHERE p.slug = 'default'`,
    [EVENTS],
  );
  await run(
    `INSERT INTO organizations (slug, name) SELECT 'organization-' || n, 'Organization ' || n FROM generate_series(1, $1::int) AS n`,
    [SOME],
  );
  await run(
    `INSERT INTO projects (org_id, slug, name) SELECT id, 'default', 'Default project' FROM organizations WHERE slug <> 'default'`,
  );
  await run(
    `INSERT INTO members (org_id, project_id, subject, role, email_named)
     SELECT p.org_id, CASE WHEN a.n % 2 = 0 THEN p.id END, 'account:' || a.id, 'viewer', true
     FROM projects p JOIN organizations o ON o.id = p.org_id AND o.slug = 'default',
       (SELECT id, row_number() OVER () AS n FROM accounts LIMIT $1::int) a WHERE p.slug = 'default'`,
    [SOME],
  );
  await run(
    `INSERT INTO invitations (org_id, project_id, email, role, invited_by, expires_at)
     SELECT p.org_id, CASE WHEN n % 2 = 0 THEN p.id END, 'guest' || n || '@many.example', 'viewer', 'installation',
       now() + interval '7 days'
     FROM generate_series(1, $1::int) AS n, projects p JOIN organizations o ON o.id = p.org_id AND o.slug = 'default'`,
    [SOME],
  );
  await run(
    `INSERT INTO scopes (name, category, title) SELECT 'orders.scope' || n, 'orders', 'Scope ' || n
     FROM generate_series(1, 200) AS n`,
  );
  await run(
    `INSERT INTO initial_access_tokens (project_id, digest, created_by, max_uses, expires_at)
     SELECT p.id, sha256(n::text::bytea), 'installation', 5, now() + n * interval '1 hour'
     FROM generate_series(1, $1::int) AS n, projects p JOIN organizations o ON o.id = p.org_id AND o.slug = 'default'`,
    [SOME],
  );
  await run(
    `INSERT INTO outbox (id, kind, payload, dead_at, last_error) SELECT gen_random_uuid(), 'mail', '-', now(), '550'
     FROM generate_series(1, $1::int)`,
    [SOME],
  );
  const webhookId = await run(
    `INSERT INTO webhooks (url, sealed_secret, created_by) VALUES ('https://hooks.example/', '-', 'installation') RETURNING id`,
  );
  await run(
    `INSERT INTO webhook_deliveries (id, webhook_id, event, body, status, created_at)
     SELECT gen_random_uuid(), $1, 'client.updated', '', CASE WHEN n % 1000 = 1 THEN 'failed' ELSE 'delivered' END,
       now() - n * interval '5 seconds' FROM generate_series(1, $2::int) AS n`,
    [webhookId, DELIVERIES],
  );
  const clientId = await run(`SELECT id FROM oauth_clients WHERE client_id = 'many-1000'`);
  // The client that people allowed something.
  await run(`UPDATE artifacts SET client_id = 'many-1000' WHERE client_id = 'many'`);
  await run('VACUUM ANALYZE');
  return {
    clientId,
    accountId: await run(`SELECT id FROM accounts WHERE email = 'person77@many.example'`),
    webhookId,
  };
}

/**
 * A month in which other clients are used each day, by 100 000 people in all; 500 of them in each hour, and the newest
 * failure of many.
 */
async function fillUsage(run: (text: string, values?: unknown[]) => Promise<string>): Promise<void> {
  const numbered = `(SELECT id, row_number() OVER () AS n, count(*) OVER () AS total FROM oauth_clients) c`;
  const ofDay = `(c.n + ago * 7919) % c.total < $1::int`;
  await run(
    `INSERT INTO usage_counters
     SELECT c.id, (now() AT TIME ZONE 'UTC')::date - ago, k.kind, k.detail, 40
     FROM ${numbered}, generate_series(0, 29) AS ago,
       (VALUES ('token', 'authorization_code'), ('refresh', ''), ('failure', 'invalid_grant')) AS k (kind, detail)
     WHERE ${ofDay}`,
    [USED_DAILY],
  );
  await run(
    `INSERT INTO usage_people
     SELECT c.id, (now() AT TIME ZONE 'UTC')::date - ago, md5(((c.n * 5 + person) % 100000)::text)::uuid
     FROM ${numbered}, generate_series(0, 29) AS ago, generate_series(1, 5) AS person WHERE ${ofDay}`,
    [USED_DAILY],
  );
  await run(
    `INSERT INTO usage_hours
     SELECT c.id, date_trunc('hour', now()) - make_interval(hours => ago), k.kind, k.detail, 5
     FROM ${numbered}, generate_series(0, 47) AS ago,
       (VALUES ('token', 'authorization_code'), ('refresh', '')) AS k (kind, detail)
     WHERE (c.n + ago * 7919) % c.total < 500`,
  );
  await run(
    `INSERT INTO client_failures
     SELECT c.id, 'invalid_grant', now() - c.n * interval '1 minute', '{}' FROM ${numbered} WHERE c.n <= $1::int`,
    [USED_DAILY],
  );
  await run(
    `UPDATE oauth_clients SET last_used_at = now() - (abs(hashtext(client_id)) % 200) * interval '1 day'
     WHERE hashtext(client_id) % 3 <> 0`,
  );
}
