import type { Knex } from 'knex';

/** The organizations that require a second factor, which each sign-in with a password asks for. */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(
    "CREATE INDEX organizations_second_factor_index ON organizations (id) WHERE second_factor = 'required'",
  );
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw('DROP INDEX organizations_second_factor_index');
}
