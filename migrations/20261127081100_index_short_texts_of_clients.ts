import type { Knex } from 'knex';

const TEXTS = (row: string) =>
  ['client_name', 'description', 'company', 'client_id']
    .map((column) => `coalesce(${row}.${column}, '')`)
    .join(` || chr(10) || `);

/**
 * An index of the texts of one and two characters in what the list of clients is searched for, which a trigram index cannot
 * find. It has a table of its own, kept by triggers, so that recording the use of a client writes nothing here. Without the
 * statistics a list would not go by its order for a text that most clients have.
 */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    CREATE FUNCTION text_ngrams(t text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
      SELECT string_to_array(lower(t), NULL)
        || string_to_array(regexp_replace(lower(t), '(..)', '\\1' || chr(1), 'g'), chr(1))
        || string_to_array(regexp_replace(substr(lower(t), 2), '(..)', '\\1' || chr(1), 'g'), chr(1))
    $$;
    CREATE TABLE client_ngrams (
      oauth_client_id uuid PRIMARY KEY REFERENCES oauth_clients ON DELETE CASCADE,
      ngrams text[] NOT NULL
    );
    CREATE FUNCTION add_client_ngrams() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO client_ngrams SELECT a.id, text_ngrams(${TEXTS('a')}) FROM added a;
      RETURN NULL;
    END $$;
    CREATE FUNCTION change_client_ngrams() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      UPDATE client_ngrams SET ngrams = text_ngrams(${TEXTS('NEW')}) WHERE oauth_client_id = NEW.id;
      RETURN NULL;
    END $$;
    CREATE TRIGGER add_ngrams AFTER INSERT ON oauth_clients REFERENCING NEW TABLE AS added
      FOR EACH STATEMENT EXECUTE FUNCTION add_client_ngrams();
    CREATE TRIGGER change_ngrams AFTER UPDATE OF client_name, description, company, client_id ON oauth_clients
      FOR EACH ROW EXECUTE FUNCTION change_client_ngrams();
    INSERT INTO client_ngrams SELECT c.id, text_ngrams(${TEXTS('c')}) FROM oauth_clients c;
    CREATE INDEX client_ngrams_index ON client_ngrams USING gin (ngrams);
    ANALYZE client_ngrams;
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw(`
    DROP TRIGGER add_ngrams ON oauth_clients;
    DROP TRIGGER change_ngrams ON oauth_clients;
    DROP FUNCTION add_client_ngrams, change_client_ngrams;
    DROP TABLE client_ngrams;
    DROP FUNCTION text_ngrams;
  `);
}
