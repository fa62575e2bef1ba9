import { destination, pino, type Logger } from 'pino';

export type { Logger } from 'pino';

/**
 * The log of a process: one JSON object a line, to stderr, so that what a command prints on stdout stays clean. Fields
 * are chosen one by one where they are logged; whole requests, bodies, headers and query strings never are. Where several
 * processes share stderr, each says which one it is.
 */
export function createLogger(level: string, several = false): Logger {
  return pino(
    {
      level,
      base: several ? { pid: process.pid } : null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination({ fd: 2, sync: true }),
  );
}

/** What may be said of an error in the log: its name, message, code and stack, and the same of its cause. */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: 'a value that is no Error was thrown' };
  return {
    name: error.name,
    message: error.message,
    ...('code' in error ? { code: error.code } : {}),
    stack: error.stack,
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}
