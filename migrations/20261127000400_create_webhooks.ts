import type { Knex } from 'knex';

/**
 * Webhooks of the installation, of organizations and of projects, and what was sent to them, for 30 days. Secrets are
 * sealed. An empty list of events means all.
 */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    CREATE TABLE webhooks (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      org_id uuid REFERENCES organizations ON DELETE CASCADE,
      project_id uuid REFERENCES projects ON DELETE CASCADE,
      url text NOT NULL,
      events text[] NOT NULL DEFAULT '{}',
      sealed_secret bytea NOT NULL,
      created_by text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      CHECK (project_id IS NULL OR org_id IS NOT NULL)
    );
    CREATE INDEX webhooks_list_index ON webhooks (org_id, project_id, created_at DESC, id DESC);
    CREATE TABLE webhook_deliveries (
      id uuid PRIMARY KEY,
      webhook_id uuid NOT NULL REFERENCES webhooks ON DELETE CASCADE,
      event text NOT NULL,
      body text NOT NULL,
      status text NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'delivered', 'failed')),
      attempts int NOT NULL DEFAULT 0,
      response_status int,
      last_error text,
      created_at timestamptz NOT NULL DEFAULT now(),
      finished_at timestamptz
    );
    CREATE INDEX webhook_deliveries_list_index ON webhook_deliveries (webhook_id, created_at DESC, id DESC);
    CREATE INDEX webhook_deliveries_created_at_index ON webhook_deliveries (created_at);
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw('DROP TABLE webhook_deliveries, webhooks');
}
