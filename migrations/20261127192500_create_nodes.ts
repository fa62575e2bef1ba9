import type { Knex } from 'knex';

/**
 * The processes that answer requests, each with its last minutes: `durations` counts requests by the bounds in
 * `platform/nodes/response-times`. Each row is written every half minute, with room for heap-only updates.
 */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    CREATE TABLE nodes (
      id uuid PRIMARY KEY,
      name text NOT NULL,
      version text NOT NULL,
      started_at timestamptz NOT NULL,
      seen_at timestamptz NOT NULL DEFAULT now(),
      durations integer[] NOT NULL
    ) WITH (fillfactor = 50);
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw('DROP TABLE nodes');
}
