import type { Adapter, AdapterPayload } from 'oidc-provider';
import type pg from 'pg';

/**
 * The adapter that people write first: one query for each call, ids as they are, JSON expressions for the rest. Here to
 * be compared with, and nowhere else.
 */
export class PlainAdapter implements Adapter {
  constructor(
    private readonly model: string,
    private readonly pool: pg.Pool,
  ) {}

  static async prepare(pool: pg.Pool): Promise<void> {
    await pool.query(`
      CREATE TABLE plain (
        model text, id text, payload jsonb NOT NULL, expires_at timestamptz, consumed_at timestamptz,
        PRIMARY KEY (model, id));
      CREATE INDEX ON plain ((payload->>'grantId'));
      CREATE INDEX ON plain ((payload->>'uid'));
      CREATE INDEX ON plain ((payload->>'userCode'));`);
  }

  async upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void> {
    await this.pool.query(
      `INSERT INTO plain (model, id, payload, expires_at) VALUES ($1, $2, $3, now() + make_interval(secs => $4))
       ON CONFLICT (model, id) DO UPDATE SET payload = excluded.payload, expires_at = excluded.expires_at`,
      [this.model, id, JSON.stringify(payload), expiresIn ?? null],
    );
  }

  find(id: string): Promise<AdapterPayload | undefined> {
    return this.#one('id = $2', id);
  }

  findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return this.#one(`payload->>'uid' = $2`, uid);
  }

  findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    return this.#one(`payload->>'userCode' = $2`, userCode);
  }

  async consume(id: string): Promise<void> {
    await this.pool.query('UPDATE plain SET consumed_at = now() WHERE model = $1 AND id = $2', [
      this.model,
      id,
    ]);
  }

  async destroy(id: string): Promise<void> {
    await this.pool.query('DELETE FROM plain WHERE model = $1 AND id = $2', [this.model, id]);
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    const text = `DELETE FROM plain WHERE model = $1 AND payload->>'grantId' = $2`;
    await this.pool.query(text, [this.model, grantId]);
  }

  async #one(where: string, value: string): Promise<AdapterPayload | undefined> {
    const { rows } = await this.pool.query<{ payload: AdapterPayload; consumed: boolean }>(
      `SELECT payload, consumed_at IS NOT NULL AS consumed FROM plain WHERE model = $1 AND ${where}`,
      [this.model, value],
    );
    const [row] = rows;
    return row && { ...row.payload, ...(row.consumed ? { consumed: true } : {}) };
  }
}
