import type { Knex } from 'knex';

export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    CREATE TABLE scopes (
      name text PRIMARY KEY CHECK (name ~ '^[A-Za-z0-9_.-]{1,128}$'),
      title text NOT NULL,
      description text,
      category text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      retired_at timestamptz
    );
    INSERT INTO scopes (name, category, title, description) VALUES
      ('openid', 'identity', 'Know who you are', 'An identifier that stands for your account.'),
      ('offline_access', 'identity', 'Stay connected while you are away', 'Access goes on after you sign out, until you take it back.'),
      ('profile', 'identity', 'See your profile', 'Your name, picture, language and time zone.'),
      ('email', 'identity', 'See your e-mail address', 'The address, and whether it was confirmed.'),
      ('phone', 'identity', 'See your phone number', 'The number, and whether it was confirmed.'),
      ('address', 'identity', 'See your postal address', NULL),
      ('clients.read', 'administration', 'See the registered clients', 'Read the client registry through the admin API.'),
      ('clients.write', 'administration', 'Change the registered clients', 'Register, change and delete clients through the admin API.');
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw('DROP TABLE scopes');
}
