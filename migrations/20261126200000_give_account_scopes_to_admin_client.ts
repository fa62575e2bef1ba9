import type { Knex } from 'knex';

const NEW_SCOPES = ['accounts.read', 'accounts.write'];

/**
 * Gives the admin client of the first start the scopes of accounts, which installations of an earlier release lack, and
 * records it. A client that has lost another of its scopes, or is no owner any more, was changed on purpose and stays.
 */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(
    `WITH changed AS (
       UPDATE oauth_clients c
       SET scopes = c.scopes || ?::text[], version = c.version + 1, updated_at = now()
       WHERE c.created_by = 'installation' AND c.client_name = 'Installation admin' AND c.deleted_at IS NULL
         AND c.scopes @> ARRAY['clients.read', 'clients.write', 'tenants.read', 'tenants.write', 'catalogue.write', 'audit.read']
         AND NOT c.scopes && ?::text[]
         AND EXISTS (SELECT FROM members m WHERE m.subject = 'client:' || c.client_id AND m.org_id IS NULL)
       RETURNING c.id, c.project_id)
     INSERT INTO audit_events (org_id, project_id, actor, action, target_type, target_id, changed_fields)
     SELECT p.org_id, p.id, 'installation', 'client.updated', 'client', changed.id::text, '{scopes}'
     FROM changed JOIN projects p ON p.id = changed.project_id`,
    [NEW_SCOPES, NEW_SCOPES],
  );
}

/** The client keeps the scopes: an operator may have given them. */
export async function down(): Promise<void> {
  await Promise.resolve();
}
