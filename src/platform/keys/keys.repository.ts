import type { SigningAlgorithm } from '../../settings/protocol/signing-algorithms.js';
import type { Database, Sql, Transaction } from '../db/database.js';

/** `next` is published, `current` signs, `previous` is still accepted. */
export type KeyState = 'next' | 'current' | 'previous';

export type { SigningAlgorithm };

/** A signing key as stored: the private JWK is sealed with the installation's encryption key. */
export interface SigningKeyRow {
  kid: string;
  alg: SigningAlgorithm;
  state: KeyState;
  sealed_private_jwk: Buffer;
  created_at: Date;
  replaced_at: Date | null;
}

/** A key that signs cookies, sealed likewise. */
export interface CookieKeyRow {
  id: string;
  state: KeyState;
  sealed_key: Buffer;
  created_at: Date;
  replaced_at: Date | null;
}

const NEWEST_USE_FIRST = `array_position(ARRAY['current', 'next', 'previous'], state), created_at DESC`;

/** The SQL of the installation's keys. */
export class KeysRepository {
  constructor(private readonly database: Database) {}

  /** The digest of the encryption key that this database was set up with; undefined before that. */
  async keyCheck(sql: Sql = this.database.sql): Promise<Buffer | undefined> {
    const row = await sql<{ key_check: Buffer }>('installation').first('key_check');
    return row?.key_check;
  }

  async setKeyCheck(tx: Transaction, check: Buffer): Promise<void> {
    await tx('installation').insert({ key_check: check });
  }

  /** The sealed key of pairwise subject identifiers; null before it was made. */
  async subjectKey(sql: Sql = this.database.sql): Promise<Buffer | null> {
    const row = await sql<{ sealed_subject_key: Buffer | null }>('installation').first('sealed_subject_key');
    return row?.sealed_subject_key ?? null;
  }

  async setSubjectKey(tx: Transaction, sealed: Buffer): Promise<void> {
    await tx('installation').update({ sealed_subject_key: sealed });
  }

  /** All signing keys, the current ones first. */
  async signingKeys(sql: Sql = this.database.sql): Promise<SigningKeyRow[]> {
    return sql<SigningKeyRow>('signing_keys').select('*').orderByRaw(NEWEST_USE_FIRST);
  }

  /** All cookie keys, the current one first. */
  async cookieKeys(sql: Sql = this.database.sql): Promise<CookieKeyRow[]> {
    return sql<CookieKeyRow>('cookie_keys').select('*').orderByRaw(NEWEST_USE_FIRST);
  }

  async insertSigningKey(
    tx: Transaction,
    row: Omit<SigningKeyRow, 'created_at' | 'replaced_at'>,
  ): Promise<void> {
    await tx('signing_keys').insert(row);
  }

  async insertCookieKey(
    tx: Transaction,
    row: Omit<CookieKeyRow, 'created_at' | 'replaced_at'>,
  ): Promise<void> {
    await tx('cookie_keys').insert(row);
  }

  /** current → previous, then next → current, in both tables. */
  async advance(tx: Transaction): Promise<void> {
    for (const table of ['signing_keys', 'cookie_keys']) {
      await tx(table).where({ state: 'current' }).update({ state: 'previous', replaced_at: tx.fn.now() });
      await tx(table).where({ state: 'next' }).update({ state: 'current' });
    }
  }

  /** Deletes keys that were replaced more than so many seconds ago. */
  async deleteReplaced(seconds: number): Promise<void> {
    for (const table of ['signing_keys', 'cookie_keys']) {
      await this.database
        .sql(table)
        .where({ state: 'previous' })
        .whereRaw(`replaced_at < now() - make_interval(secs => ?)`, [seconds])
        .delete();
    }
  }
}
