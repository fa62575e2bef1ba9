import type { Knex } from 'knex';

/**
 * Messages to deliver after the transaction that wrote them (see `OutboxService`). The receiver sees `id`; `position` is
 * the order of insertion. `due_at` is when the message may be claimed: while it is leased, the end of the lease.
 * `payload` is sealed and `ordering_key` a keyed digest. No index has only `position`, so that one key's messages are
 * looked up by the key. A row is updated and deleted soon after it was inserted: its page keeps free space, and the table
 * is vacuumed early. The file is not truncated, because it grows again and truncating takes an exclusive lock.
 */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    CREATE TABLE outbox (
      id uuid PRIMARY KEY,
      position bigint GENERATED ALWAYS AS IDENTITY,
      kind text NOT NULL,
      ordering_key bytea,
      payload bytea NOT NULL,
      attempts int NOT NULL DEFAULT 0,
      due_at timestamptz NOT NULL DEFAULT now(),
      lease_owner uuid,
      last_error text,
      created_at timestamptz NOT NULL DEFAULT now(),
      dead_at timestamptz
    ) WITH (
      fillfactor = 80,
      autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_cost_limit = 2000,
      autovacuum_analyze_scale_factor = 0.05, vacuum_truncate = false);
    CREATE INDEX outbox_due_at_index ON outbox (due_at, position) WHERE dead_at IS NULL;
    CREATE INDEX outbox_ordering_key_index ON outbox (ordering_key, position)
      WHERE dead_at IS NULL AND ordering_key IS NOT NULL;
    CREATE INDEX outbox_dead_at_index ON outbox (dead_at, position) WHERE dead_at IS NOT NULL;
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw('DROP TABLE outbox');
}
