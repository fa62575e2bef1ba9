import { destination, pino, type Logger } from 'pino';
import { readableLine } from './readable-line.js';

export type { Logger } from 'pino';

/** How a process logs; see LOG_LEVEL and LOG_FORMAT. */
export interface LogOptions {
  level: string;
  /** `pretty`: lines for people. `auto`: those when stderr is a terminal, else JSON. */
  format?: 'auto' | 'json' | 'pretty';
  /** Several processes share stderr, so that each line says which one wrote it. */
  several?: boolean;
}

/** Characters of lines that are kept while stderr cannot be written. */
const MAX_UNWRITTEN = 1_000_000;

/**
 * The log of a process, to stderr, so that what a command prints on stdout stays clean: one JSON object a line, or lines
 * for people. Fields are chosen one by one where they are logged; whole requests, bodies, headers and query strings never
 * are.
 */
export function createLogger({ level, format = 'auto', several = false }: LogOptions): Logger {
  const stream = destination({ fd: 2, sync: true, maxLength: MAX_UNWRITTEN });
  // A disk that is full must not end the server, which goes on without the lines.
  stream.on('error', () => undefined);
  const stderr = linesOfTurns(stream);
  // As a terminal has it, from NO_COLOR, FORCE_COLOR and TERM.
  const colours = process.stderr.isTTY && process.stderr.hasColors();
  const readable = { write: (line: string) => stderr.write(readableLine(line, colours)) };
  return pino(
    {
      level,
      base: several ? { pid: process.pid } : null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    isReadable(format) ? readable : stderr,
  );
}

/** The bytes that a pipe takes in one piece (PIPE_BUF of Linux), so that lines of several processes do not mix. */
const ONE_PIECE = 4_096;

/**
 * Writes the lines of one turn of the event loop together, at its end or when the process exits: under load many requests
 * end in one turn, and a write costs more than a line.
 */
function linesOfTurns(stream: { write(text: string): unknown }): { write(line: string): void } {
  let lines = '';
  let bytes = 0;
  let isScheduled = false;
  const flush = () => {
    if (lines === '') return;
    const text = lines;
    lines = '';
    bytes = 0;
    stream.write(text);
  };
  const atEndOfTurn = () => {
    isScheduled = false;
    flush();
  };
  process.on('exit', flush);
  return {
    write: (line) => {
      const length = Buffer.byteLength(line);
      if (bytes + length > ONE_PIECE) flush();
      lines += line;
      bytes += length;
      if (!isScheduled) setImmediate(atEndOfTurn);
      isScheduled = true;
    },
  };
}

/** Whether a log of this format is written for people. */
export function isReadable(format: LogOptions['format']): boolean {
  return format === 'pretty' || (format !== 'json' && process.stderr.isTTY);
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
