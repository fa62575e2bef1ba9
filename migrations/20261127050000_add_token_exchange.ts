import type { Knex } from 'knex';

/** What clients may exchange tokens for (RFC 8693), and the issuers whose JWTs they may use (RFC 7523). */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    ALTER TABLE oauth_clients
      ADD COLUMN token_exchange jsonb NOT NULL DEFAULT '[]',
      ADD COLUMN trusted_issuers jsonb NOT NULL DEFAULT '[]';
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw('ALTER TABLE oauth_clients DROP COLUMN token_exchange, DROP COLUMN trusted_issuers;');
}
