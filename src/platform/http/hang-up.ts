const CODES: ReadonlySet<unknown> = new Set([
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ERR_HTTP_REQUEST_TIMEOUT',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/**
 * Whether an error only says that the caller closed the connection early, or sent something that is not HTTP on it (codes
 * of Node's parser begin with HPE_). No answer can be sent; the access log has the request with `finished: false`.
 */
export function isHangUp(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('code' in error)) return false;
  return CODES.has(error.code) || (typeof error.code === 'string' && error.code.startsWith('HPE_'));
}
