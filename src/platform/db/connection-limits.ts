import type { Socket } from 'node:net';
import type pg from 'pg';

/**
 * For PostgreSQL, so that a node that vanished without closing its connections keeps no locks: it probes after 10 s of
 * silence, gives up after three probes 5 s apart, and ends a transaction that has been idle for a minute.
 */
const VANISHED_CLIENT = {
  tcp_keepalives_idle: 10,
  tcp_keepalives_interval: 5,
  tcp_keepalives_count: 3,
  idle_in_transaction_session_timeout: 60_000,
};
/** PostgreSQL reports a timeout first, if it can still report anything. */
const CLIENT_GRACE_MS = 500;

/** PostgreSQL's options for a connection on which a statement may take so many seconds. */
export function limitOptions(timeout: number): string {
  const options = { statement_timeout: timeout * 1_000, ...VANISHED_CLIENT };
  return Object.entries(options)
    .map(([name, value]) => `-c ${name}=${String(value)}`)
    .join(' ');
}

/** After how many milliseconds without an answer this side ends a statement that PostgreSQL should have ended. */
export function clientTimeout(timeout: number): number {
  return timeout * 1_000 + CLIENT_GRACE_MS;
}

/**
 * Ends the connection when a statement gets no answer for so many milliseconds. Statements that wait for the connection
 * then fail at once, and a connection whose server is gone is not used again.
 */
export function endWhenSilent(client: pg.Client, milliseconds: number): void {
  const stream = client.connection.stream as Socket;
  stream.setTimeout(milliseconds);
  // Not the callback of setTimeout, which is called for the first silence only.
  stream.on('timeout', () => {
    const { readyForQuery } = client as unknown as { readyForQuery: boolean };
    if (!readyForQuery) stream.destroy();
  });
}

/**
 * The URL of the database with PostgreSQL's options. The driver prefers those of the URL, if it has any; ours are added to
 * them.
 */
export function withOptions(url: string, options: string): string {
  if (options === '') return url;
  return url.replace(/[?&]options=[^&]*/g, (theirs) => `${theirs}%20${encodeURIComponent(options)}`);
}
