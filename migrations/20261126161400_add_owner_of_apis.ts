import type { Knex } from 'knex';

/** The organization that runs the API, whose clients may introspect its access tokens; none without one. */
export async function up(sql: Knex): Promise<void> {
  await sql.raw('ALTER TABLE apis ADD COLUMN org_id uuid REFERENCES organizations ON DELETE SET NULL');
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw('ALTER TABLE apis DROP COLUMN org_id');
}
