import type { Knex } from 'knex';

/** The order of the list of accounts, the search by the beginning of an address or a name, and the scopes for both. */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    CREATE INDEX accounts_list_index ON accounts (created_at DESC, id DESC);
    CREATE INDEX accounts_email_prefix_index ON accounts (lower(email) text_pattern_ops);
    CREATE INDEX accounts_name_prefix_index ON accounts (lower(profile->>'name') text_pattern_ops);
    INSERT INTO scopes (name, category, title, description) VALUES
      ('accounts.read', 'administration', 'See the accounts', 'Read the accounts of people through the admin API.'),
      ('accounts.write', 'administration', 'Manage the accounts', 'Create and change accounts of people, and set their passwords, through the admin API.')
      ON CONFLICT DO NOTHING;
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw(`
    DELETE FROM scopes WHERE name IN ('accounts.read', 'accounts.write');
    DROP INDEX accounts_list_index, accounts_email_prefix_index, accounts_name_prefix_index;
  `);
}
