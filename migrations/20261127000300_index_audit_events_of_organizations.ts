import type { Knex } from 'knex';

/** The audit trail of an organization. */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(
    'CREATE INDEX IF NOT EXISTS audit_events_organization_index ON audit_events (org_id, occurred_at DESC, id DESC)',
  );
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw('DROP INDEX audit_events_organization_index');
}
