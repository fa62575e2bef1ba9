import type { Knex } from 'knex';

/** A row is in the queue while `next_check_at` is set; the client's row is always locked before this one. */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    CREATE TABLE publisher_verifications (
      oauth_client_id uuid PRIMARY KEY REFERENCES oauth_clients ON DELETE CASCADE,
      status text NOT NULL CHECK (status IN ('pending', 'in_progress', 'verified', 'failed')),
      host text NOT NULL,
      text text NOT NULL,
      started_at timestamptz NOT NULL DEFAULT now(),
      checked_at timestamptz,
      next_check_at timestamptz,
      attempts integer NOT NULL DEFAULT 0,
      CHECK ((next_check_at IS NOT NULL) = (status IN ('pending', 'in_progress')))
    );
    CREATE INDEX publisher_verifications_next_check_at_index ON publisher_verifications (next_check_at)
      WHERE next_check_at IS NOT NULL;
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw('DROP TABLE publisher_verifications');
}
