/** Whether PostgreSQL refused a statement because another row already has the unique value (SQLSTATE 23505). */
export function isTaken(error: unknown): boolean {
  return codeOf(error) === '23505';
}

/** Whether PostgreSQL refused to delete a row because other rows reference it (SQLSTATE 23503). */
export function isInUse(error: unknown): boolean {
  return codeOf(error) === '23503';
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
