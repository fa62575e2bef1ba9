import { randomUUID } from 'node:crypto';
import { INSTALLATION } from '../../../src/server/bootstrap.js';
import { INSTALLATION_TENANT } from '../../../src/tenancy/tenants/tenant.js';
import type { RegisteredClient, TestServer } from '../../harness/nodes/test-server.js';

/** Fills a server with clients, usage and failures that look like those of a shop; returns the id of one client. */
export async function fillConsole(server: TestServer): Promise<string> {
  const names = ['Photo book', 'Storefront web', 'Support desk', 'Billing export', 'Warehouse scanners'];
  const clients: RegisteredClient[] = [];
  for (const client_name of names)
    clients.push(await server.register({ client_name, redirect_uris: ['https://rp.example/callback'] }));
  const run = (text: string, values: unknown[] = []) => server.database.pool.query(text, values);
  await run(
    `INSERT INTO usage_counters
     SELECT c.id, (now() AT TIME ZONE 'UTC')::date - ago, k.kind, k.detail, (k.base * (1.2 + sin(ago * 0.9)) + 1)::int
     FROM oauth_clients c, generate_series(0, 29) AS ago,
       (VALUES ('token', 'authorization_code', 900), ('refresh', '', 1400), ('failure', 'invalid_grant', 14)) AS k (kind, detail, base)`,
  );
  await run(
    `INSERT INTO usage_hours
     SELECT c.id, date_trunc('hour', now()) - make_interval(hours => ago), k.kind, k.detail,
       (k.base * (1.2 + sin(ago * 0.26)) + 1)::int
     FROM oauth_clients c, generate_series(0, 47) AS ago,
       (VALUES ('token', 'authorization_code', 60), ('refresh', '', 90), ('failure', 'invalid_grant', 1)) AS k (kind, detail, base)`,
  );
  await run(
    `INSERT INTO usage_people SELECT c.id, (now() AT TIME ZONE 'UTC')::date - ago, gen_random_uuid()
     FROM oauth_clients c, generate_series(0, 29) AS ago, generate_series(1, 20 + ago % 7)`,
  );
  const { usage } = server.context;
  const of = (index: number) => clients[index]?.client_id ?? '';
  usage.failed(of(3), 'invalid_client', { secretHint: 'pst_Hx4wTq', grantType: 'client_credentials' });
  usage.failed(of(0), 'invalid_redirect_uri', { redirectUri: 'https://staging.photos.example/cb' });
  usage.failed(of(2), 'invalid_scope', { scope: 'openid orders.write' });
  usage.failed(of(1), 'access_denied', { description: 'End-User aborted interaction' });
  await usage.flush();
  await run(
    `UPDATE oauth_client_secrets SET created_at = now() - interval '412 days', last_used_at = now()
     WHERE oauth_client_id = $1`,
    [clients[2]?.id],
  );
  await run(`UPDATE oauth_clients SET created_at = now() - interval '120 days' WHERE id = $1`, [
    clients[4]?.id,
  ]);
  const { database, mailbox, outbox, webhooks } = server.context;
  const dead = await database.transaction((tx) => outbox.enqueue(tx, { kind: 'mail', payload: {} }));
  await run(
    `UPDATE outbox SET dead_at = now(), attempts = 5, last_error = 'the mail server answered 550 to RCPT TO' WHERE id = $1`,
    [dead],
  );
  const mail = { to: 'lin@people.example', subject: 'Your code', text: '123 456', html: '<p>123 456</p>' };
  await mailbox.keep(randomUUID(), mail);
  for (const receiver of ['hooks', 'alerts']) {
    const url = `https://${receiver}.example/postern`;
    await webhooks.create(INSTALLATION, INSTALLATION_TENANT, {
      url,
      events: ['client.updated', 'key.rotated'],
    });
  }
  return clients[0]?.id ?? '';
}
