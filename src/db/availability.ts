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
  /timeout exceeded when trying to connect|Connection terminated|Timeout acquiring a connection|not queryable/;

/**
 * Whether an error means that PostgreSQL cannot serve anybody now (away, starting, out of connections, read-only) and a
 * retry may succeed: SQLSTATE classes 08, 53 and 57, 25006, or a broken connection.
 */
export function isUnavailable(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { code = '', message = '' } = error as { code?: unknown; message?: unknown };
  if (typeof code !== 'string' || typeof message !== 'string') return false;
  return /^(08|53|57)\w{3}$|^25006$/.test(code) || NETWORK.has(code) || MESSAGES.test(message);
}
