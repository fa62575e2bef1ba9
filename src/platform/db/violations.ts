/** Whether PostgreSQL refused a statement because another row has the unique value already. */
export function isTaken(error: unknown): boolean {
  return codeOf(error) === '23505';
}

/** Whether PostgreSQL refused to delete a row because others belong to it. */
export function isInUse(error: unknown): boolean {
  return codeOf(error) === '23503';
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
