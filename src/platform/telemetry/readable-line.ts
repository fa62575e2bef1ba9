/** What a line of the log holds; other fields are printed as name=value. */
interface Entry extends Record<string, unknown> {
  level: string;
  time: string;
  msg?: string;
}

const COLOURS: Readonly<Record<string, number>> = {
  trace: 2,
  debug: 2,
  info: 32,
  warn: 33,
  error: 31,
  fatal: 31,
};
const DIM = 2;
/** Control characters would be obeyed by the terminal; line breaks and tabs are harmless. */
const CONTROLS = /[^\P{Cc}\n\t]/gu;

/**
 * One line of the JSON log as a line for people: the local time, the level unless it is `info`, and what happened. A
 * request is its method, path, status and duration; the stack of an error follows on lines of its own.
 */
export function readableLine(json: string, colours: boolean): string {
  const paint = (code: number, text: string) => {
    const safe = text.replace(CONTROLS, '\ufffd');
    return colours ? `\u001b[${String(code)}m${safe}\u001b[0m` : safe;
  };
  const { level, time, msg = '', error, ...fields } = JSON.parse(json) as Entry;
  const parts = [paint(DIM, clock(time))];
  if (level !== 'info') parts.push(paint(COLOURS[level] ?? 0, level));
  if (msg === 'request') {
    const { method, path, status, finished, milliseconds, requestId } = fields;
    parts.push(String(method), String(path), paint(statusColour(Number(status)), String(status)));
    parts.push(paint(DIM, `${String(milliseconds)} ms`));
    if (finished === false) parts.push(paint(33, 'the caller hung up'));
    if (Number(status) >= 400) parts.push(paint(DIM, `request ${String(requestId)}`));
    return `${parts.join(' ')}\n`;
  }
  parts.push(msg.replace(CONTROLS, '\ufffd'));
  for (const [name, value] of Object.entries(fields)) {
    parts.push(paint(DIM, `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`));
  }
  const line = parts.join(' ');
  return error === undefined ? `${line}\n` : `${line}\n${describe(error)}\n`;
}

function clock(time: string): string {
  return new Date(time).toTimeString().slice(0, 8);
}

function statusColour(status: number): number {
  if (status >= 500) return 31;
  return status >= 400 ? 33 : 32;
}

/** The stack, indented, which begins with the name and the message; then the causes, a line each. */
function describe(error: unknown): string {
  const { name, message, stack, cause } = error as LoggedError;
  const lines = [stack ?? `${name ?? 'Error'}: ${message ?? ''}`];
  for (let next = cause; next !== undefined; next = next.cause) {
    lines.push(
      `caused by ${next.name ?? 'Error'}: ${next.message ?? ''}${next.code ? ` (${next.code})` : ''}`,
    );
  }
  return lines.join('\n').replace(CONTROLS, '\ufffd').replace(/^ */gm, '    ');
}

/** What `describeError` logs of an error. */
interface LoggedError extends Partial<Record<'name' | 'message' | 'stack' | 'code', string>> {
  cause?: LoggedError;
}
