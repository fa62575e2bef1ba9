import { domainToASCII } from 'node:url';
import type { Knex } from 'knex';

interface Row {
  id: string;
  email: string;
}

/**
 * Writes the domains of e-mail addresses in ASCII (UTS 46), the only form in which they are looked up now. An address
 * stays as it is when two accounts would have the same one, or when its domain has no such form.
 */
export async function up(sql: Knex): Promise<void> {
  const { rows } = await sql.raw<{ rows: Row[] }>(
    "SELECT id, email FROM accounts WHERE email ~ '@.*[^[:ascii:]]' ORDER BY id FOR UPDATE",
  );
  const changes = rows.map(({ id, email }) => ({ id, email: withAsciiDomain(email) }));
  const counts = new Map<string | undefined, number>();
  for (const { email } of changes) counts.set(email, (counts.get(email) ?? 0) + 1);
  for (const { id, email } of changes) {
    if (email === undefined || counts.get(email) !== 1) continue;
    await sql.raw(
      `UPDATE accounts SET email = ? WHERE id = ? AND NOT EXISTS (SELECT FROM accounts WHERE lower(email) = ?)`,
      [email, id, email],
    );
  }
}

/** The earlier spellings are not known any more, and both are the same mailbox. */
export async function down(): Promise<void> {
  await Promise.resolve();
}

function withAsciiDomain(email: string): string | undefined {
  const domainAt = email.lastIndexOf('@') + 1;
  const domain = domainToASCII(email.slice(domainAt));
  return domain === '' ? undefined : email.slice(0, domainAt) + domain;
}
