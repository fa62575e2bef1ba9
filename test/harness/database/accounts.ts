import type { TestDatabase } from './test-database.js';

/** The password of every account that `insertAccount` makes. */
export const PASSWORD = 'correct horse battery staple';
/** `PASSWORD` by bcrypt at cost 4, the lowest: the product's cost 12 takes 0.3 s of CPU for each hash and each check. */
const PASSWORD_HASH = '$2b$04$9FxOki8QOYhBt12bmZQ4UOLZuy9QTFKc0tf2wy4vCf.CyMQwATYu6';

/**
 * Inserts an account with `PASSWORD` and returns its id. Tests about what hashing costs make theirs with
 * `context.accounts.create` instead.
 */
export async function insertAccount({ pool }: TestDatabase, email: string, name?: string): Promise<string> {
  const { rows } = await pool.query<{ id: string }>(
    `INSERT INTO accounts (email, email_verified, password_hash, profile)
     VALUES ($1, true, $2, $3) RETURNING id`,
    [email, PASSWORD_HASH, JSON.stringify(name === undefined ? {} : { name })],
  );
  const id = rows[0]?.id;
  if (id === undefined) throw new Error(`${email} was not inserted`);
  return id;
}
