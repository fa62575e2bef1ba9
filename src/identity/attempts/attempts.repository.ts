import type { Sql } from '../../platform/db/database.js';

/** A window to count in: the hashed key, and the duration of the window from its first attempt. */
export interface Window {
  key: Buffer;
  seconds: number;
}

/** A window after an attempt was counted. */
export interface WindowState {
  key: Buffer;
  count: number;
  /** Whole seconds until the window closes, at least one. */
  secondsLeft: number;
}

/** The table `attempts`. Every statement locks its rows in the order of their keys, so that none deadlock. */
export class AttemptsRepository {
  constructor(private readonly sql: Sql) {}

  /** Counts one attempt in each window, opening those that are new or closed, in one statement. Keys must be distinct. */
  async count(windows: readonly Window[]): Promise<WindowState[]> {
    const sorted = windows.toSorted((a, b) => Buffer.compare(a.key, b.key));
    const result = await this.sql.raw<{ rows: WindowState[] }>(
      `INSERT INTO attempts AS seen (key, count, resets_at)
       SELECT key, 1, clock_timestamp() + make_interval(secs => seconds)
         FROM unnest(?::bytea[], ?::int[]) AS asked (key, seconds) ORDER BY key
       ON CONFLICT (key) DO UPDATE SET
         count = CASE WHEN seen.resets_at <= clock_timestamp() THEN 1 ELSE LEAST(seen.count, 1000000000) + 1 END,
         resets_at = CASE WHEN seen.resets_at <= clock_timestamp() THEN excluded.resets_at ELSE seen.resets_at END
       RETURNING key, count,
         GREATEST(1, ceil(extract(epoch FROM resets_at - clock_timestamp())))::int AS "secondsLeft"`,
      [sorted.map((window) => window.key), sorted.map((window) => window.seconds)],
    );
    return result.rows;
  }

  /** Subtracts one attempt in each window. */
  async uncount(keys: readonly Buffer[]): Promise<void> {
    await this.sql.raw(
      `UPDATE attempts SET count = GREATEST(count - 1, 0)
        WHERE key IN (SELECT key FROM attempts WHERE key = ANY (?::bytea[]) ORDER BY key FOR UPDATE)`,
      [[...keys]],
    );
  }

  async delete(keys: readonly Buffer[]): Promise<void> {
    await this.sql.raw(
      `DELETE FROM attempts
        WHERE key IN (SELECT key FROM attempts WHERE key = ANY (?::bytea[]) ORDER BY key FOR UPDATE)`,
      [[...keys]],
    );
  }

  /** Deletes at most `limit` closed windows, skipping locked ones; returns how many it deleted. */
  async deleteExpired(limit: number): Promise<number> {
    const result = await this.sql.raw<{ rowCount: number }>(
      `DELETE FROM attempts
        WHERE key IN (SELECT key FROM attempts WHERE resets_at <= now() LIMIT ? FOR UPDATE SKIP LOCKED)`,
      [limit],
    );
    return result.rowCount;
  }
}
