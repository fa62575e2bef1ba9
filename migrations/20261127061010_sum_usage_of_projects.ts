import type { Knex } from 'knex';

/** What is summed: the table, its column of time, and the table of the sums. */
const SUMMED = [
  ['usage_counters', 'day', 'project_usage_days', 'date'],
  ['usage_hours', 'hour', 'project_usage_hours', 'timestamptz'],
] as const;

/**
 * Usage of projects, so that their overview reads no rows of single clients. Triggers keep the sums, in the transaction
 * that counts, also for nodes of the previous version. They grow only: what a client that is purged was used for stays
 * in them. A person who is counted for a day after a later one is in no sum of that day.
 */
export async function up(sql: Knex): Promise<void> {
  for (const [table, time, sums, type] of SUMMED) {
    const columns = `${time}, kind, detail`;
    const counted = `u.${time}, u.kind, u.detail`;
    const add = (rows: string) => `
      INSERT INTO ${sums} AS known (project_id, ${columns}, count)
      SELECT c.project_id, ${counted}, sum(u.count) FROM ${rows} u JOIN oauth_clients c ON c.id = u.oauth_client_id
      GROUP BY c.project_id, ${counted} ORDER BY c.project_id, ${counted}
      ON CONFLICT (project_id, ${columns}) DO UPDATE SET count = known.count + excluded.count`;
    await sql.raw(`
      CREATE TABLE ${sums} (
        project_id uuid NOT NULL REFERENCES projects ON DELETE CASCADE,
        ${time} ${type} NOT NULL,
        kind text NOT NULL,
        detail text NOT NULL,
        count bigint NOT NULL,
        PRIMARY KEY (project_id, ${columns})
      ) WITH (fillfactor = 70);
      CREATE FUNCTION add_new_${table}() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN ${add('added')}; RETURN NULL; END $$;
      CREATE FUNCTION add_changed_${table}() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN ${add(`(SELECT n.oauth_client_id, ${columns}, n.count - o.count AS count
        FROM after n JOIN before o USING (oauth_client_id, ${columns}))`)}; RETURN NULL; END $$;
      CREATE TRIGGER add_new AFTER INSERT ON ${table} REFERENCING NEW TABLE AS added
        FOR EACH STATEMENT EXECUTE FUNCTION add_new_${table}();
      CREATE TRIGGER add_changed AFTER UPDATE ON ${table} REFERENCING OLD TABLE AS before NEW TABLE AS after
        FOR EACH STATEMENT EXECUTE FUNCTION add_changed_${table}();
      ${add(table)};
    `);
  }
  await sql.raw(`
    CREATE INDEX project_usage_hours_hour_index ON project_usage_hours (hour);
    CREATE TABLE project_people (
      project_id uuid NOT NULL REFERENCES projects ON DELETE CASCADE,
      account_id uuid NOT NULL,
      last_day date NOT NULL,
      PRIMARY KEY (project_id, account_id)
    );
    CREATE INDEX project_people_last_day_index ON project_people (project_id, last_day);
    CREATE TABLE project_people_days (
      project_id uuid NOT NULL REFERENCES projects ON DELETE CASCADE,
      day date NOT NULL,
      people bigint NOT NULL,
      PRIMARY KEY (project_id, day)
    );
    CREATE FUNCTION add_new_usage_people() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
      this date;
    BEGIN
      FOR this IN SELECT DISTINCT day FROM added ORDER BY day LOOP
        WITH seen AS (
          INSERT INTO project_people AS known (project_id, account_id, last_day)
          SELECT DISTINCT c.project_id, u.account_id, u.day FROM added u JOIN oauth_clients c ON c.id = u.oauth_client_id
          WHERE u.day = this ORDER BY c.project_id, u.account_id
          ON CONFLICT (project_id, account_id) DO UPDATE SET last_day = excluded.last_day
          WHERE known.last_day < excluded.last_day RETURNING project_id)
        INSERT INTO project_people_days AS known (project_id, day, people)
        SELECT project_id, this, count(*) FROM seen GROUP BY project_id ORDER BY project_id
        ON CONFLICT (project_id, day) DO UPDATE SET people = known.people + excluded.people;
      END LOOP;
      RETURN NULL;
    END $$;
    CREATE TRIGGER add_new AFTER INSERT ON usage_people REFERENCING NEW TABLE AS added
      FOR EACH STATEMENT EXECUTE FUNCTION add_new_usage_people();
    INSERT INTO project_people (project_id, account_id, last_day)
      SELECT c.project_id, u.account_id, max(u.day) FROM usage_people u JOIN oauth_clients c ON c.id = u.oauth_client_id
      GROUP BY c.project_id, u.account_id;
    INSERT INTO project_people_days (project_id, day, people)
      SELECT c.project_id, u.day, count(DISTINCT u.account_id)
      FROM usage_people u JOIN oauth_clients c ON c.id = u.oauth_client_id GROUP BY c.project_id, u.day;
  `);
}

export async function down(sql: Knex): Promise<void> {
  for (const [table, , sums] of SUMMED)
    await sql.raw(`
      DROP TRIGGER add_new ON ${table};
      DROP TRIGGER add_changed ON ${table};
      DROP FUNCTION add_new_${table}, add_changed_${table};
      DROP TABLE ${sums};
    `);
  await sql.raw(`
    DROP TRIGGER add_new ON usage_people;
    DROP FUNCTION add_new_usage_people;
    DROP TABLE project_people, project_people_days;
  `);
}
