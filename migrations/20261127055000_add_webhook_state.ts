import type { Knex } from 'knex';

/** A webhook can be turned off, and for a while after a rotation messages are signed with the secret before as well. */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    ALTER TABLE webhooks ADD COLUMN enabled boolean NOT NULL DEFAULT true,
      ADD COLUMN previous_sealed_secret bytea, ADD COLUMN previous_secret_until timestamptz
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw(
    'ALTER TABLE webhooks DROP COLUMN enabled, DROP COLUMN previous_sealed_secret, DROP COLUMN previous_secret_until',
  );
}
