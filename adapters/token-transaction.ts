import { artifactKey, type ModelName, MODELS } from './artifact.models.js';
import type { ArtifactRow } from './artifact.repository.js';
import { isInGrace, type RefreshGrace } from './refresh-grace.js';
import { requestState } from './request-state.js';

/**
 * What became of a transaction. `committed`: everything is done. `in-grace`: the refresh token was rotated by an earlier
 * request a moment ago, which stored its successor; everything but that successor is written. `replayed`: another request
 * consumed the code or token; nothing is written, and what was issued for it is revoked.
 */
export type Outcome = 'committed' | 'in-grace' | 'replayed';

/**
 * Holds back what one token request writes and consumes, and does all of it in one statement at the end. So what is used
 * up and what is issued for it happen together or not at all: neither a crash nor an error comes between them.
 *
 *             upsert, consume
 *               ┌───────┐
 *               ▼       │
 *   (new) ───▶ open ────┘
 *               │
 *               ├── the work throws ──────────────▶ (discarded: nothing is written or consumed)
 *               │
 *               └── commit
 *                     ├── nothing to consume ─────▶ committed   each row is written
 *                     └── consume and write in one statement
 *                           ├── consumed ─────────▶ committed   by this request: exactly one, on any node
 *                           └── already consumed
 *                                 ├── in grace ───▶ in-grace    each row but the refresh token is written
 *                                 └── otherwise ──▶ replayed    the grant and all that was issued for it is revoked
 *
 * The last is RFC 6749 section 4.1.2 for codes, and RFC 9700 section 4.14.2 for refresh tokens.
 */
export class TokenTransaction {
  readonly #rows: ArtifactRow[] = [];
  #consumption: { model: ModelName; id: string } | undefined;

  constructor(private readonly context: RefreshGrace) {}

  /**
   * Runs the work with a transaction that is open in the request being answered, then commits it. What the work throws is
   * thrown, and nothing is committed. Outside of a request the work writes and consumes as it goes.
   */
  static async run(context: RefreshGrace, work: () => Promise<void>): Promise<Outcome> {
    const transaction = new TokenTransaction(context);
    const state = requestState();
    if (state) state.transaction = transaction;
    try {
      await work();
    } finally {
      if (state) state.transaction = undefined;
    }
    return transaction.commit();
  }

  /** Has the row written on commit. */
  upsert(row: ArtifactRow): void {
    this.#rows.push(row);
  }

  /** Has the code or token consumed on commit; the rows are written only if this transaction is the one to consume it. */
  consume(model: ModelName, id: string): void {
    this.#consumption = { model, id };
  }

  /** Once. What the database throws is thrown; then it is unknown whether the statement was executed. */
  async commit(): Promise<Outcome> {
    const { store } = this.context;
    if (!this.#consumption) {
      await this.#write(this.#rows);
      return 'committed';
    }
    const { model, id } = this.#consumption;
    const key = artifactKey(model, id);
    if (await store.consume(key, this.#rows)) return 'committed';
    const row = await store.find(key);
    if (row && (await isInGrace(this.context, model, row, id))) {
      await this.#write(this.#rows.filter((written) => written.model !== MODELS.RefreshToken));
      return 'in-grace';
    }
    if (row?.grantId) await this.#revoke(row.grantId);
    return 'replayed';
  }

  async #write(rows: ArtifactRow[]): Promise<void> {
    await Promise.all(rows.map((row) => this.context.store.upsert(row)));
  }

  async #revoke(grantId: string): Promise<void> {
    const { store } = this.context;
    await Promise.all([store.revokeByGrantId(grantId), store.destroy(artifactKey('Grant', grantId))]);
  }
}
