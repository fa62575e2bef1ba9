import type { Knex } from 'knex';

/** For the list of clients of which requests failed on a day. */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`CREATE INDEX IF NOT EXISTS usage_counters_failure_index ON usage_counters (day, oauth_client_id)
    WHERE kind = 'failure'`);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw('DROP INDEX usage_counters_failure_index');
}
