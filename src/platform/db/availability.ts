/** A row was not sent to the database: too many are waiting, or it has waited too long. */
export class BatchQueueFull extends Error {
  override readonly name = 'BatchQueueFull';
}

const NETWORK = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
]);
const MESSAGES =
  /timeout exceeded when trying to connect|Connection terminated|Timeout acquiring a connection|^Unable to acquire a connection$|not queryable|Query read timeout|^timeout expired$/;

/**
 * Whether an error means that PostgreSQL cannot serve requests now (down, starting, slow, out of connections, read-only)
 * and a retry may succeed: SQLSTATE classes 08, 53 and 57, 25006, 25P03, a broken connection, a full queue, or an error
 * with one of these as its cause.
 */
export function isUnavailable(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { code = '', message = '' } = error as { code?: unknown; message?: unknown };
  if (typeof code !== 'string' || typeof message !== 'string') return false;
  if (/^(08|53|57)\w{3}$|^25006$|^25P03$/.test(code) || NETWORK.has(code) || MESSAGES.test(message))
    return true;
  return error instanceof BatchQueueFull || (error instanceof Error && isUnavailable(error.cause));
}
