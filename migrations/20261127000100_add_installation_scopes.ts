import type { Knex } from 'knex';

const NEW_SCOPES = ['installation.read', 'installation.write'];
const EARLIER = [
  'clients.read',
  'clients.write',
  'tenants.read',
  'tenants.write',
  'catalogue.write',
  'audit.read',
  'accounts.read',
  'accounts.write',
];

/**
 * The scopes for keys, settings, jobs and messages. The admin client of the first start gets them, unless it was changed
 * on purpose: it lacks another of its scopes, or is no owner any more.
 */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    INSERT INTO scopes (name, category, title, description) VALUES
      ('installation.read', 'administration', 'See how the server runs', 'Read keys (never their private part), settings, jobs and waiting messages through the admin API.'),
      ('installation.write', 'administration', 'Run the server', 'Rotate keys and deliver messages again through the admin API.')
      ON CONFLICT DO NOTHING;
  `);
  await sql.raw(
    `WITH changed AS (
       UPDATE oauth_clients c
       SET scopes = c.scopes || ?::text[], version = c.version + 1, updated_at = now()
       WHERE c.created_by = 'installation' AND c.client_name = 'Installation admin' AND c.deleted_at IS NULL
         AND c.scopes @> ?::text[] AND NOT c.scopes && ?::text[]
         AND EXISTS (SELECT FROM members m WHERE m.subject = 'client:' || c.client_id AND m.org_id IS NULL)
       RETURNING c.id, c.project_id)
     INSERT INTO audit_events (org_id, project_id, actor, action, target_type, target_id, changed_fields)
     SELECT p.org_id, p.id, 'installation', 'client.updated', 'client', changed.id::text, '{scopes}'
     FROM changed JOIN projects p ON p.id = changed.project_id`,
    [NEW_SCOPES, EARLIER, NEW_SCOPES],
  );
}

/** The client keeps the scopes: an operator may have given them. */
export async function down(sql: Knex): Promise<void> {
  await sql.raw("DELETE FROM scopes WHERE name IN ('installation.read', 'installation.write')");
}
