import type pg from 'pg';

/** The server does not let anything be written; PostgreSQL's own code for that. */
class ReadOnly extends Error {
  override readonly name = 'ReadOnly';
  readonly code = '25006';
}

/**
 * Closes the connection and throws an error of SQLSTATE 25006 unless it is to a server that can write. While a standby takes over, a
 * new connection may still reach it before it is promoted, or one that has been replaced: to keep that connection would
 * be to refuse writes for as long as it lasts, and to read what may be out of date.
 */
export async function assertWritable(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ transaction_read_only: string }>('SHOW transaction_read_only');
  if (rows[0]?.transaction_read_only === 'off') return;
  await client.end();
  throw new ReadOnly('the server is read-only');
}
