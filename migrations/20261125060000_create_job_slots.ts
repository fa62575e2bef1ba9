import type { Knex } from 'knex';

/** Of each periodic job the last slot of time that a process took, so that no other one does it again. */
export async function up(sql: Knex): Promise<void> {
  await sql.raw('CREATE TABLE job_slots (job text PRIMARY KEY, slot timestamptz NOT NULL)');
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw('DROP TABLE job_slots');
}
