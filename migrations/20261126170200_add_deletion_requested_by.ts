import type { Knex } from 'knex';

/** Who asked for the deletion of an account: a person may take back what they asked for themselves. */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    ALTER TABLE accounts ADD COLUMN deletion_requested_by text
      CHECK (deletion_requested_by IN ('person', 'operator'));
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw('ALTER TABLE accounts DROP COLUMN deletion_requested_by');
}
