import type { Knex } from 'knex';

export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    CREATE TABLE audit_events (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      org_id uuid,
      project_id uuid,
      actor text NOT NULL,
      action text NOT NULL,
      target_type text NOT NULL,
      target_id text NOT NULL,
      changed_fields text[] NOT NULL DEFAULT '{}',
      address text,
      request_id text,
      occurred_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX audit_events_list_index ON audit_events (project_id, occurred_at DESC, id DESC);
    CREATE INDEX audit_events_target_index ON audit_events (target_id, occurred_at DESC);
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw('DROP TABLE audit_events');
}
