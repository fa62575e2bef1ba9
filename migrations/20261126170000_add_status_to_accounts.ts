import type { Knex } from 'knex';

/**
 * Accounts that are disabled, or will be deleted at `delete_after`, and accounts without a password. One that is being
 * deleted keeps `disabled_at`, for when it is restored. Nodes of the previous version insert active ones.
 */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    ALTER TABLE accounts
      ADD COLUMN status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled', 'deleting')),
      ADD COLUMN disabled_at timestamptz,
      ADD COLUMN delete_after timestamptz,
      ADD COLUMN last_sign_in_at timestamptz,
      ADD COLUMN password_changed_at timestamptz,
      ALTER COLUMN password_hash DROP NOT NULL,
      ADD CONSTRAINT accounts_disabled_check CHECK (
        CASE status WHEN 'active' THEN disabled_at IS NULL WHEN 'disabled' THEN disabled_at IS NOT NULL ELSE true END),
      ADD CONSTRAINT accounts_deleting_check CHECK ((status = 'deleting') = (delete_after IS NOT NULL));
    CREATE INDEX accounts_delete_after_index ON accounts (delete_after) WHERE delete_after IS NOT NULL;
    CREATE INDEX accounts_status_index ON accounts (status, created_at DESC, id DESC) WHERE status <> 'active';
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw(`
    UPDATE accounts SET password_hash = '' WHERE password_hash IS NULL;
    ALTER TABLE accounts
      DROP COLUMN status, DROP COLUMN disabled_at, DROP COLUMN delete_after, DROP COLUMN last_sign_in_at,
      DROP COLUMN password_changed_at, ALTER COLUMN password_hash SET NOT NULL;
  `);
}
