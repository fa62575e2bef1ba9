import type { Knex } from 'knex';

/**
 * Rows of this table live for hours at most: by default a fifth of them would be dead tuples before a vacuum, and vacuuming
 * would be too slow for it. The file keeps its size when its end is empty, because it will be needed again, and cutting
 * it off takes an exclusive lock on the table.
 */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    ALTER TABLE artifacts SET (
      autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_limit = 2000,
      autovacuum_analyze_scale_factor = 0.05, vacuum_truncate = false,
      toast.autovacuum_vacuum_scale_factor = 0.02, toast.autovacuum_vacuum_threshold = 1000,
      toast.vacuum_truncate = false)`);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw(`
    ALTER TABLE artifacts RESET (
      autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold, autovacuum_vacuum_cost_limit,
      autovacuum_analyze_scale_factor, vacuum_truncate,
      toast.autovacuum_vacuum_scale_factor, toast.autovacuum_vacuum_threshold, toast.vacuum_truncate)`);
}
