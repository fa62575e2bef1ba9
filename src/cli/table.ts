/** The columns of the terminal that the output goes to; undefined for a file or a pipe. */
function terminalWidth(): number | undefined {
  return process.stdout.isTTY ? process.stdout.columns : undefined;
}

/**
 * Aligns rows of text in columns two spaces apart; a line break or another control character in a cell is escaped, and a
 * cell that is wider than `maxWidth` columns of the terminal ends in an ellipsis. A table for a terminal fits it, if that
 * leaves eight columns for each cell: times are to the minute, then the widest columns are shortened, but not those of times
 * and of names such as of states and actions. Where these have no room beside the others, all but the first of those are left out.
 */
export function table(
  rows: readonly (readonly string[])[],
  maxWidth = Infinity,
  terminal = terminalWidth(),
): string {
  const whole = rows.map((row) => row.map((cell) => shorten(escapeControls(cell), maxWidth)));
  const fitted = terminal === undefined ? { cells: whole, limits: [] } : fit(whole, terminal);
  const lines = fitted.cells.map((row) =>
    row.map((cell, column) => shorten(cell, fitted.limits[column] ?? Infinity)),
  );
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

/** A time as commands print it, whose seconds are left out where there is little room. */
const TIME = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d\.\d{3}Z$/;
/** The headings of columns that mean nothing when their ends are cut off: times, and names of few values. */
const KEPT: ReadonlySet<string> = new Set(
  'WHEN|TIME|DUE|UNTIL|ENDS|SINCE|CREATED|ALLOWED|SIGNED IN|LAST USED|LAST RUN|DAY|HOUR|ACTION|EVENT|STATE|STATUS|KIND|ROLE|TYPE|OUTCOME|ALG'.split(
    '|',
  ),
);

type Cells = readonly (readonly string[])[];

/** The cells that a terminal has room for, and how wide each of their columns may be. */
function fit(rows: Cells, terminal: number): { cells: Cells; limits: number[] } {
  if (lengthOf(widthsOf(rows)) <= terminal) return { cells: rows, limits: [] };
  let cells: Cells = rows.map((row) => row.map((cell) => cell.replace(TIME, '$1 $2')));
  for (;;) {
    const widths = widthsOf(cells);
    const kept = widths.map((_, column) => KEPT.has(cells[0]?.[column] ?? ''));
    const isOther = (_: number, column: number) => !kept[column];
    const limits = shrunk(shrunk(widths, terminal, isOther), terminal, () => true);
    const isCut = limits.some((limit, column) => kept[column] === true && limit < (widths[column] ?? 0));
    const last = kept.lastIndexOf(false);
    if (!isCut || last <= kept.indexOf(false)) return { cells, limits };
    cells = cells.map((row) => row.filter((_, column) => column !== last));
  }
}

function widthsOf(rows: Cells): number[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  return Array.from({ length: columns }, (_, column) =>
    Math.max(0, ...rows.map((row) => widthOf(row[column] ?? ''))),
  );
}

function lengthOf(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width + 2, -2);
}

/** The widths, less what a row is too long by: the widest of those that may be shortened first, to eight at least. */
function shrunk(
  given: readonly number[],
  terminal: number,
  may: (width: number, column: number) => boolean,
): number[] {
  const widths = [...given];
  let excess = lengthOf(widths) - terminal;
  while (excess > 0) {
    const candidates = widths.filter(may);
    const widest = Math.max(0, ...candidates);
    if (widest <= MIN_CELL) break;
    const column = widths.findIndex((width, index) => width === widest && may(width, index));
    const next = Math.max(MIN_CELL, ...candidates.filter((width) => width < widest));
    const cut = Math.min(excess, widest - next);
    widths[column] = widest - cut;
    excess -= cut;
  }
  return widths;
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
