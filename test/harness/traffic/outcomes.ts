const SHOWN = 20;

/** What came of one part of the torture. */
export class Outcomes {
  rounds = 0;
  hung = 0;
  /** What was acknowledged and does not hold. */
  readonly losses: string[] = [];
  /** Answers that the rules do not allow. */
  readonly wrong: string[] = [];
  readonly #counts = new Map<string, number>();

  constructor(readonly part: string) {}

  count(what: string, times = 1): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + times);
  }

  counted(what: string): number {
    return this.#counts.get(what) ?? 0;
  }

  get failed(): boolean {
    return this.losses.length + this.wrong.length + this.hung > 0;
  }

  /** One row of the table. */
  row(): string[] {
    const counts = [...this.#counts].sort().map(([what, times]) => `${what}: ${String(times)}`);
    const numbers = [this.losses.length, this.wrong.length, this.hung].map(String);
    return [this.part, String(this.rounds), counts.join(', '), ...numbers];
  }
}

/** The table of all parts and, below it, what was wrong, the first of each part. */
export function report(all: readonly Outcomes[]): string {
  const head = ['part', 'rounds', 'outcomes', 'losses', 'wrong', 'hung'];
  const rows = [head, head.map(() => '---'), ...all.map((outcomes) => outcomes.row())];
  const details = all.flatMap(({ part, losses, wrong }) => [
    ...losses.slice(0, SHOWN).map((loss) => `${part}: lost: ${loss}`),
    ...wrong.slice(0, SHOWN).map((what) => `${part}: wrong: ${what}`),
  ]);
  return [...rows.map((cells) => `| ${cells.join(' | ')} |`), ...details, ''].join('\n');
}
