import type { Knex } from 'knex';

/** Few of many: the list of what waits or was given up reads no delivered messages. */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`CREATE INDEX webhook_deliveries_unfinished_index
    ON webhook_deliveries (webhook_id, created_at DESC, id DESC) WHERE status <> 'delivered'`);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw('DROP INDEX webhook_deliveries_unfinished_index');
}
