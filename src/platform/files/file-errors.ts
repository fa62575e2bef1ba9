/** `code` of an error of Node or of PostgreSQL (under jest, Node's are not instances of the `Error` seen here). */
export function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | null | undefined)?.code;
}

/** For `.catch()`: turns the error with that code into undefined and throws every other. */
export function ignore(code: string): (error: unknown) => undefined {
  return (error) => {
    if (codeOf(error) !== code) throw error;
    return undefined;
  };
}
