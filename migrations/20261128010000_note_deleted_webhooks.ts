import type { Knex } from 'knex';

/**
 * The deliveries of a webhook that is deleted, also with its project or organization, are deleted afterwards by a periodic
 * job: there may be hundreds of thousands of them. The trigger notes the webhooks for nodes of the previous version too.
 *
 * Some transactions lock webhooks before deliveries, others after them: both tables are locked together, or neither for a
 * while.
 */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    SET LOCAL lock_timeout = '200ms';
    DO $$ BEGIN LOOP
      BEGIN
        LOCK TABLE webhooks, webhook_deliveries IN ACCESS EXCLUSIVE MODE;
        EXIT;
      EXCEPTION WHEN lock_not_available THEN PERFORM pg_sleep(0.2);
      END;
    END LOOP; END $$;
    CREATE TABLE deleted_webhooks (id uuid PRIMARY KEY);
    CREATE FUNCTION note_deleted_webhooks() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO deleted_webhooks SELECT id FROM gone ON CONFLICT DO NOTHING;
      RETURN NULL;
    END $$;
    CREATE TRIGGER note_deleted AFTER DELETE ON webhooks REFERENCING OLD TABLE AS gone
      FOR EACH STATEMENT EXECUTE FUNCTION note_deleted_webhooks();
    ALTER TABLE webhook_deliveries DROP CONSTRAINT webhook_deliveries_webhook_id_fkey;
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw(`
    DELETE FROM webhook_deliveries d WHERE NOT EXISTS (SELECT FROM webhooks w WHERE w.id = d.webhook_id);
    ALTER TABLE webhook_deliveries ADD CONSTRAINT webhook_deliveries_webhook_id_fkey
      FOREIGN KEY (webhook_id) REFERENCES webhooks ON DELETE CASCADE;
    DROP TRIGGER note_deleted ON webhooks;
    DROP FUNCTION note_deleted_webhooks;
    DROP TABLE deleted_webhooks;
  `);
}
