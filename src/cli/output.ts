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

/**
 * Aligns rows of text in columns two spaces apart; a line break or another control character in a cell is escaped, and a
 * cell that is wider than `maxWidth` columns of the terminal ends in an ellipsis.
 */
export function table(rows: readonly (readonly string[])[], maxWidth = Infinity): string {
  const lines = rows.map((row) => row.map((cell) => shorten(escapeControls(cell), maxWidth)));
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

/** A record as lines of name and value; what is null or an empty list is left out. */
export function describeRecord(wire: object): string {
  const shown = Object.entries(wire).filter(
    ([, value]) => value !== null && !(Array.isArray(value) && value.length === 0),
  );
  return table(shown.map(([name, value]) => [name, cellOf(value)]));
}

function cellOf(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'string' ? value : JSON.stringify(value);
}

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
