import type { Knex } from 'knex';

/**
 * The time before which a client's tokens are invalid is set by a restore and by the removal of a scope. What was issued
 * to such a client stores the time under the old name, so it is renamed there too.
 */
export async function up(sql: Knex): Promise<void> {
  await rename(sql, 'restored_at', 'tokens_valid_after', 'clientRestoredAt', 'clientTokensValidAfter');
}

export async function down(sql: Knex): Promise<void> {
  await rename(sql, 'tokens_valid_after', 'restored_at', 'clientTokensValidAfter', 'clientRestoredAt');
}

async function rename(
  sql: Knex,
  column: string,
  to: string,
  member: string,
  toMember: string,
): Promise<void> {
  await sql.raw(`
    ALTER TABLE oauth_clients RENAME COLUMN ${column} TO ${to};
    UPDATE artifacts
      SET payload = payload - '${member}' || jsonb_build_object('${toMember}', payload->'${member}')
      WHERE jsonb_exists(payload, '${member}')`);
}
