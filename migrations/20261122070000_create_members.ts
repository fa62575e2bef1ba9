import type { Knex } from 'knex';

/**
 * Who may do what where. Without an organization the membership is installation-wide, without a project it is for the
 * whole organization. A subject is `account:<id>`, `client:<client_id>`, or `<issuer>|<sub>` of an outside issuer. The
 * operators, and the admin clients that were made on the command line, become owners of the installation.
 */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    CREATE TABLE members (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      org_id uuid REFERENCES organizations ON DELETE CASCADE,
      project_id uuid REFERENCES projects ON DELETE CASCADE,
      subject text NOT NULL CHECK (length(subject) BETWEEN 3 AND 512),
      role text NOT NULL CHECK (role IN ('owner', 'admin', 'viewer', 'member')),
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      UNIQUE NULLS NOT DISTINCT (subject, org_id, project_id),
      CHECK (project_id IS NULL OR org_id IS NOT NULL),
      CHECK (org_id IS NOT NULL OR role = 'owner')
    );
    CREATE INDEX members_org_index ON members (org_id, created_at DESC, id DESC);
    CREATE INDEX members_project_index ON members (project_id) WHERE project_id IS NOT NULL;
    CREATE INDEX organizations_list_index ON organizations (created_at DESC, id DESC);
    CREATE INDEX projects_list_index ON projects (org_id, created_at DESC, id DESC);

    INSERT INTO members (subject, role) SELECT 'account:' || id, 'owner' FROM accounts WHERE is_operator;
    INSERT INTO members (subject, role) SELECT 'client:' || client_id, 'owner' FROM oauth_clients
      WHERE created_by = 'installation' AND deleted_at IS NULL AND 'client_credentials' = ANY (grant_types)
        AND scopes @> ARRAY['clients.read', 'clients.write'];
    ALTER TABLE accounts DROP COLUMN is_operator;

    ALTER TABLE organizations ADD CONSTRAINT organizations_slug_is_no_uuid
      CHECK (slug !~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$');
    ALTER TABLE projects ADD CONSTRAINT projects_slug_is_no_uuid
      CHECK (slug !~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$');

    INSERT INTO scopes (name, category, title, description) VALUES
      ('tenants.read', 'administration', 'See organizations, projects and their members',
        'Read organizations, projects and roles through the admin API.'),
      ('tenants.write', 'administration', 'Change organizations, projects and their members',
        'Create, change and delete organizations and projects, and hand out roles in them.');
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw(`
    DELETE FROM scopes WHERE name IN ('tenants.read', 'tenants.write');
    ALTER TABLE projects DROP CONSTRAINT projects_slug_is_no_uuid;
    ALTER TABLE organizations DROP CONSTRAINT organizations_slug_is_no_uuid;
    DROP INDEX projects_list_index, organizations_list_index;
    ALTER TABLE accounts ADD COLUMN is_operator boolean NOT NULL DEFAULT false;
    UPDATE accounts SET is_operator = true
      FROM members WHERE members.subject = 'account:' || accounts.id AND members.org_id IS NULL;
    DROP TABLE members;
  `);
}
