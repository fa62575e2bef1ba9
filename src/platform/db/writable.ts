import type pg from 'pg';

/** The server is read-only. */
class ReadOnly extends Error {
  override readonly name = 'ReadOnly';
  readonly code = '25006';
}

/**
 * Closes the connection and throws an error of SQLSTATE 25006 when the server is read-only. During a fail-over a new
 * connection may reach a standby before it is promoted, or a primary that was replaced; kept, it would refuse writes and
 * return outdated rows for as long as it lasts.
 */
export async function assertWritable(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ transaction_read_only: string }>('SHOW transaction_read_only');
  if (rows[0]?.transaction_read_only === 'off') return;
  await client.end();
  throw new ReadOnly('the server is read-only');
}
