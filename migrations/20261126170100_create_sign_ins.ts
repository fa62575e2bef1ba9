import type { Knex } from 'knex';

/**
 * The sign-ins of people, for themselves: kept for SIGN_IN_HISTORY_DAYS. A session has one row for each time the person
 * signed in within it. `audit_events.client_id` is the application that an event of an account is about.
 */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    CREATE TABLE sign_ins (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      account_id uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
      session_uid text NOT NULL,
      client_id text,
      address inet,
      user_agent text CHECK (length(user_agent) <= 256),
      amr text[] NOT NULL DEFAULT '{}',
      occurred_at timestamptz NOT NULL,
      ended_at timestamptz
    );
    CREATE UNIQUE INDEX sign_ins_session_index ON sign_ins (session_uid, occurred_at);
    CREATE INDEX sign_ins_account_index ON sign_ins (account_id, occurred_at DESC, id DESC);
    CREATE INDEX sign_ins_occurred_at_index ON sign_ins (occurred_at);
    ALTER TABLE audit_events ADD COLUMN client_id text;
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw('ALTER TABLE audit_events DROP COLUMN client_id; DROP TABLE sign_ins;');
}
