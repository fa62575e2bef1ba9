/** What a test file could leave behind in the process for those after it. */
export class ProcessState {
  readonly #environment = { ...process.env };
  readonly #directory = process.cwd();
  readonly #clock = Date.now;
  readonly #fetch = globalThis.fetch;

  /** Throws when it is no longer as it was, after it is put back. */
  expectUnchanged(): void {
    const changed = [
      ...this.#restoreEnvironment().map((name) => `process.env.${name}`),
      ...(process.cwd() === this.#directory ? [] : ['the working directory']),
      ...(Date.now === this.#clock ? [] : ['Date.now']),
      ...(globalThis.fetch === this.#fetch ? [] : ['fetch']),
    ];
    process.chdir(this.#directory);
    Date.now = this.#clock;
    globalThis.fetch = this.#fetch;
    if (changed.length > 0) throw new Error(`The test file left these changed: ${changed.join(', ')}`);
  }

  #restoreEnvironment(): string[] {
    const names = [...new Set([...Object.keys(this.#environment), ...Object.keys(process.env)])];
    const changed = names.filter((name) => process.env[name] !== this.#environment[name]);
    for (const name of changed) {
      const value = this.#environment[name];
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    return changed;
  }
}
