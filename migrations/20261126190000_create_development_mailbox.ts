import type { Knex } from 'knex';

/** Mails of an installation on localhost that has no mail server, for 24 hours. `sealed` has recipient and text. */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    CREATE TABLE development_mailbox (
      id uuid PRIMARY KEY,
      sealed bytea NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX development_mailbox_created_at_index ON development_mailbox (created_at, id);
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw('DROP TABLE development_mailbox');
}
