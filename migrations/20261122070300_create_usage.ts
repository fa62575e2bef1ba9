import type { Knex } from 'knex';

/**
 * What clients were used for, by UTC day, and by how many people. Counters of today change all day, so their pages have
 * room for heap-only updates. The statistics are for the planner, which makes none for a partial index. From here on
 * the audit trail only grows: its trigger fires in every session, also in one that plays a replica; dropping the table or
 * the database is left to those who own them.
 */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    CREATE TABLE usage_counters (
      oauth_client_id uuid NOT NULL REFERENCES oauth_clients ON DELETE CASCADE,
      day date NOT NULL,
      kind text NOT NULL CHECK (kind IN ('authorization', 'token', 'refresh', 'failure')),
      detail text NOT NULL DEFAULT '',
      count bigint NOT NULL CHECK (count > 0),
      PRIMARY KEY (oauth_client_id, day, kind, detail)
    ) WITH (fillfactor = 90);
    CREATE INDEX usage_counters_day_index ON usage_counters (day);
    CREATE TABLE usage_people (
      oauth_client_id uuid NOT NULL REFERENCES oauth_clients ON DELETE CASCADE,
      day date NOT NULL,
      account_id uuid NOT NULL,
      PRIMARY KEY (oauth_client_id, day, account_id)
    );
    CREATE INDEX usage_people_day_index ON usage_people (day);

    CREATE INDEX oauth_clients_last_use_index ON oauth_clients (project_id, coalesce(last_used_at, created_at))
      WHERE deleted_at IS NULL;
    CREATE INDEX oauth_clients_dynamic_last_use_index ON oauth_clients (coalesce(last_used_at, created_at))
      WHERE deleted_at IS NULL AND registration_type = 'dynamic';
    CREATE STATISTICS oauth_clients_last_use_statistics ON (coalesce(last_used_at, created_at)) FROM oauth_clients;

    CREATE INDEX audit_events_all_index ON audit_events (occurred_at DESC, id DESC);
    CREATE INDEX audit_events_actor_index ON audit_events (actor, occurred_at DESC, id DESC);
    CREATE INDEX audit_events_action_index ON audit_events (action, occurred_at DESC, id DESC);
    CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION 'the audit trail only grows: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
    END $$;
    CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
    ALTER TABLE audit_events ENABLE ALWAYS TRIGGER audit_events_append_only;
    INSERT INTO scopes (name, category, title, description) VALUES
      ('audit.read', 'administration', 'See who changed what', 'Read the audit trail through the admin API.');
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw(`
    DELETE FROM scopes WHERE name = 'audit.read';
    DROP TRIGGER audit_events_append_only ON audit_events;
    DROP FUNCTION refuse_audit_change();
    DROP INDEX audit_events_all_index, audit_events_actor_index, audit_events_action_index;
    DROP STATISTICS oauth_clients_last_use_statistics;
    DROP INDEX oauth_clients_last_use_index, oauth_clients_dynamic_last_use_index;
    DROP TABLE usage_people, usage_counters;
  `);
}
