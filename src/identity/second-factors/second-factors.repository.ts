import type { Database, Transaction } from '../../platform/db/database.js';
import { Lookup } from '../../platform/db/lookup.js';

/** Which kinds of second factor an account has. */
export interface Enrolled {
  passkey: boolean;
  totp: boolean;
}

/** The authenticator app of an account; the secret is sealed. */
export interface StoredTotp {
  secretSealed: Buffer;
  confirmedAt: Date;
  lastUsedAt: Date | null;
}

/** The recovery codes of an account. */
export interface RecoveryCodeCounts {
  total: number;
  left: number;
  madeAt: Date | null;
  lastUsedAt: Date | null;
}

const ENROLLED = `SELECT asked.id::text, EXISTS (SELECT FROM passkeys p WHERE p.account_id = asked.id) AS passkey,
  EXISTS (SELECT FROM totp_secrets t WHERE t.account_id = asked.id) AS totp FROM unnest($1::uuid[]) AS asked (id)`;

/** The tables `totp_secrets` and `recovery_codes`. */
export class SecondFactorsRepository {
  readonly #enrolled: Lookup<Enrolled>;

  constructor(private readonly database: Database) {
    this.#enrolled = new Lookup(async (ids) => {
      const query = { name: 'second_factors_enrolled', text: ENROLLED, values: [ids] };
      const { rows } = await database.read<Enrolled & { id: string }>(query);
      return new Map(rows.map(({ id, passkey, totp }) => [id, { passkey, totp }]));
    });
  }

  async enrolled(accountId: string): Promise<Enrolled> {
    return (await this.#enrolled.find(accountId.toLowerCase())) ?? { passkey: false, totp: false };
  }

  async findTotp(accountId: string, sql = this.database.sql): Promise<StoredTotp | undefined> {
    return sql('totp_secrets')
      .where({ account_id: accountId })
      .first<StoredTotp | undefined>(
        'secret_sealed as secretSealed',
        'confirmed_at as confirmedAt',
        'last_used_at as lastUsedAt',
      );
  }

  /** Replaces the secret, if there is one. `step` is that of the code which confirmed it. */
  async saveTotp(tx: Transaction, accountId: string, secretSealed: Buffer, step: number): Promise<void> {
    await tx.raw(
      `INSERT INTO totp_secrets (account_id, secret_sealed, last_step) VALUES (?, ?, ?)
       ON CONFLICT (account_id) DO UPDATE SET secret_sealed = excluded.secret_sealed,
         last_step = excluded.last_step, confirmed_at = now(), last_used_at = NULL`,
      [accountId, secretSealed, step],
    );
  }

  /** False when a code of this step, or of a later one, was accepted before, or the secret is another one now. */
  async acceptStep(tx: Transaction, accountId: string, secretSealed: Buffer, step: number): Promise<boolean> {
    const { rowCount } = await tx.raw<{ rowCount: number }>(
      `UPDATE totp_secrets SET last_step = ?, last_used_at = now()
       WHERE account_id = ? AND secret_sealed = ? AND last_step < ?`,
      [step, accountId, secretSealed, step],
    );
    return rowCount === 1;
  }

  /** False when there was none. */
  async deleteTotp(tx: Transaction, accountId: string): Promise<boolean> {
    return (await tx('totp_secrets').where({ account_id: accountId }).delete()) > 0;
  }

  /** Replaces all recovery codes. */
  async saveRecoveryCodes(tx: Transaction, accountId: string, digests: readonly Buffer[]): Promise<void> {
    await this.deleteRecoveryCodes(tx, accountId);
    await tx('recovery_codes').insert(digests.map((digest) => ({ account_id: accountId, digest })));
  }

  async deleteRecoveryCodes(tx: Transaction, accountId: string): Promise<void> {
    await tx('recovery_codes').where({ account_id: accountId }).delete();
  }

  /** False when it is no code of the account, or was used. */
  async useRecoveryCode(tx: Transaction, accountId: string, digest: Buffer): Promise<boolean> {
    const { rowCount } = await tx.raw<{ rowCount: number }>(
      'UPDATE recovery_codes SET used_at = now() WHERE account_id = ? AND digest = ? AND used_at IS NULL',
      [accountId, digest],
    );
    return rowCount === 1;
  }

  async countRecoveryCodes(accountId: string, sql = this.database.sql): Promise<RecoveryCodeCounts> {
    const { rows } = await sql.raw<{ rows: RecoveryCodeCounts[] }>(
      `SELECT count(*)::int AS total, count(*) FILTER (WHERE used_at IS NULL)::int AS left,
         max(created_at) AS "madeAt", max(used_at) AS "lastUsedAt" FROM recovery_codes WHERE account_id = ?`,
      [accountId],
    );
    return rows[0] ?? { total: 0, left: 0, madeAt: null, lastUsedAt: null };
  }
}
