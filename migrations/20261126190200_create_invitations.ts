import type { Knex } from 'knex';

/** Roles for people who are invited by e-mail, until they accept. The link of the mail is in `one_time_codes`. */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    CREATE TABLE invitations (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      org_id uuid REFERENCES organizations ON DELETE CASCADE,
      project_id uuid REFERENCES projects ON DELETE CASCADE,
      email text NOT NULL,
      role text NOT NULL CHECK (role IN ('owner', 'admin', 'viewer', 'member')),
      invited_by text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      expires_at timestamptz NOT NULL,
      UNIQUE NULLS NOT DISTINCT (email, org_id, project_id),
      CHECK (project_id IS NULL OR org_id IS NOT NULL),
      CHECK (org_id IS NOT NULL OR role = 'owner')
    );
    CREATE INDEX invitations_org_index ON invitations (org_id, created_at DESC, id DESC);
    CREATE INDEX invitations_project_index ON invitations (project_id) WHERE project_id IS NOT NULL;
    CREATE INDEX invitations_expires_at_index ON invitations (expires_at);
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw('DROP TABLE invitations');
}
