import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** PostgreSQL and PgBouncer refuse to run as root; there the servers are nobody's, which has this number on Debian. */
const NOBODY = 65_534;
const USER = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};

/** A program and the arguments that always come first. */
export type Command = readonly [program: string, ...leading: string[]];

/**
 * A temporary directory and the servers that run in it, all of an unprivileged user. Both are gone when it is closed or
 * when this process ends, also by SIGINT or SIGTERM.
 */
export class ServerDirectory {
  readonly directory = mkdtempSync(join(tmpdir(), 'postern-servers-'));
  readonly #running = new Set<ChildProcess>();
  readonly #onExit = () => this.#clear();

  constructor() {
    this.#give(this.directory);
    process.once('exit', this.#onExit);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  }

  /** Makes a directory of the servers' user. */
  makeDirectory(name: string): string {
    const path = join(this.directory, name);
    mkdirSync(path, { mode: 0o700 });
    this.#give(path);
    return path;
  }

  /** Runs a program to its end and returns what it printed. Throws with what it complained about. */
  async run([program, ...leading]: Command, args: readonly string[]): Promise<string> {
    const options = { ...USER, cwd: this.directory };
    return (await promisify(execFile)(program, [...leading, ...args], options)).stdout;
  }

  /** Starts a server; what it prints is lost unless its own settings say where to log. */
  start([program, ...leading]: Command, args: readonly string[]): ChildProcess {
    const child = spawn(program, [...leading, ...args], { ...USER, cwd: this.directory, stdio: 'ignore' });
    this.#running.add(child);
    child.once('exit', () => this.#running.delete(child));
    return child;
  }

  /** Kills every server and removes the directory. */
  async close(): Promise<void> {
    const ends = [...this.#running].map((child) => once(child, 'exit'));
    for (const child of this.#running) child.kill('SIGKILL');
    await Promise.all(ends);
    process.off('exit', this.#onExit);
    this.#clear();
  }

  #clear(): void {
    for (const child of this.#running) child.kill('SIGKILL');
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  #give(path: string): void {
    if (USER.uid !== undefined) chownSync(path, USER.uid, USER.gid);
  }
}
