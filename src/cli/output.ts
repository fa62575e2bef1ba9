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

/** Aligns rows of text in columns two spaces apart; a line break or another control character in a cell is escaped. */
export function table(rows: readonly (readonly string[])[]): string {
  const lines = rows.map((row) => row.map(escapeControls));
  const widths: number[] = [];
  for (const line of lines) {
    line.forEach((cell, column) => (widths[column] = Math.max(cell.length, widths[column] ?? 0)));
  }
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function escapeControls(cell: string): string {
  return cell.replace(/\p{Cc}/gu, (character) =>
    character === '\n' ? '\\n' : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
