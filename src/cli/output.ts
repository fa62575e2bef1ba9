/** Prints the result of a command: JSON for scripts, or the text for people. */
export function print(value: unknown, json: boolean | undefined, text: string): void {
  process.stdout.write(json ? `${JSON.stringify(value, null, 2)}\n` : `${text}\n`);
}

/**
 * Drops output whose reader has ended, as `head` does, so that the command still finishes its work. Output that cannot be
 * written for another reason (a full disk) ends the process with one sentence and exit code 1.
 */
export function ignoreClosedPipes(): void {
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    process.stderr.write(`postern: The output cannot be written: ${error.message}\n`);
    process.exit(1);
  });
}

/** The columns of the terminal that the output goes to; undefined for a file or a pipe. */
export function terminalWidth(): number | undefined {
  return process.stdout.isTTY ? process.stdout.columns : undefined;
}

/**
 * Aligns rows of text in columns two spaces apart; a line break or another control character in a cell is escaped, and a
 * cell that is wider than `maxWidth` columns of the terminal ends in an ellipsis. A table for a terminal fits it, if that
 * leaves eight columns for each cell: its widest columns are shortened.
 */
export function table(
  rows: readonly (readonly string[])[],
  maxWidth = Infinity,
  terminal = terminalWidth(),
): string {
  const cells = rows.map((row) => row.map((cell) => shorten(escapeControls(cell), maxWidth)));
  const limits = limitsOf(cells, terminal);
  const lines = cells.map((row) => row.map((cell, column) => shorten(cell, limits[column] ?? Infinity)));
  const widths: number[] = [];
  for (const line of lines) {
    line.forEach((cell, column) => (widths[column] = Math.max(widthOf(cell), widths[column] ?? 0)));
  }
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** How wide each column may be, so that a row fits the terminal. */
function limitsOf(rows: readonly (readonly string[])[], terminal = Infinity): number[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(0, ...rows.map((row) => widthOf(row[column] ?? ''))),
  );
  let excess = widths.reduce((sum, width) => sum + width + 2, -2) - terminal;
  while (excess > 0) {
    const widest = Math.max(...widths);
    if (widest <= MIN_CELL) break;
    const column = widths.indexOf(widest);
    const next = Math.max(MIN_CELL, ...widths.filter((width) => width < widest));
    const cut = Math.min(excess, widest - next);
    widths[column] = widest - cut;
    excess -= cut;
  }
  return widths;
}

/** A record as lines of name and value; what is null or an empty list is left out. */
export function describeRecord(wire: object): string {
  const shown = Object.entries(wire).filter(
    ([, value]) => value !== null && !(Array.isArray(value) && value.length === 0),
  );
  // Values of records are to be copied: they are not shortened.
  return table(
    shown.map(([name, value]) => [name, cellOf(value)]),
    Infinity,
    Infinity,
  );
}

function cellOf(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The least that a column is shortened to. */
const MIN_CELL = 8;
let segmenter: Intl.Segmenter | undefined;
/** The graphemes of a text. Making the segmenter takes 10 ms. */
function graphemes(text: string): string[] {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** What terminals draw two columns wide. */
const WIDE =
  /\p{Script=Han}|\p{Script=Hangul}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Emoji_Presentation}|[\u3000-\u303e\uff01-\uff60]/u;

function widthOf(text: string): number {
  // Printable ASCII is the common case.
  if (/^[ -~]*$/.test(text)) return text.length;
  return graphemes(text).reduce((sum, grapheme) => sum + (WIDE.test(grapheme) ? 2 : 1), 0);
}

function shorten(text: string, maxWidth: number): string {
  if (widthOf(text) <= maxWidth) return text;
  let kept = '';
  for (const grapheme of graphemes(text)) {
    if (widthOf(kept + grapheme) > maxWidth - 1) break;
    kept += grapheme;
  }
  return `${kept}…`;
}

function escapeControls(cell: string): string {
  return cell.replace(/\p{Cc}/gu, (character) =>
    character === '\n' ? '\\n' : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

/** Whether to print JSON. */
export interface JsonOption {
  json?: boolean;
}
