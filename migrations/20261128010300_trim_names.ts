import type { Knex } from 'knex';

/** The blanks that one line of text could have at its ends: it has no control characters. */
const BLANKS =
  ' \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000';

const COLUMNS = [
  ['oauth_clients', 'client_name'],
  ['oauth_clients', 'company'],
  ['scopes', 'title'],
  ['scopes', 'category'],
  ['apis', 'name'],
  ['authorization_details_types', 'title'],
] as const;

/**
 * Names are read without blanks at their ends now. Where an earlier version stored some, the next change of another field
 * would be recorded as one of the name as well.
 */
export async function up(sql: Knex): Promise<void> {
  for (const [table, column] of COLUMNS)
    await sql.raw(
      `UPDATE ${table} SET ${column} = btrim(${column}, ?) WHERE ${column} <> btrim(${column}, ?)`,
      [BLANKS, BLANKS],
    );
}

/** The blanks are not known any more. */
export async function down(): Promise<void> {
  await Promise.resolve();
}
