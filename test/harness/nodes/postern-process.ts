import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '../common/eventually.js';
import { runCommand } from '../commands/command-runner.js';
import { type Content, createTestDatabase, type TestDatabase } from '../database/test-database.js';

const MAIN = fileURLToPath(new URL('../../../src/main.cjs', import.meta.url));
/** How long a server may take to start, in milliseconds. */
const START = 60_000;
const running = new Set<ChildProcess>();

/**
 * Settings as environment variables; nothing but PATH, HOME and TMPDIR comes from the tests' own environment. The cost of
 * passwords is the least unless a test sets it.
 */
export type Environment = Record<string, string>;

/** A process of `postern`, and all that it has printed so far. */
export class PosternProcess {
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';
  /** When the process has ended and everything that it printed is here. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;

  constructor(args: readonly string[], environment: Environment, input?: string) {
    this.child = spawn(process.execPath, [MAIN, ...args], { env: processEnvironment(environment) });
    running.add(this.child);
    this.child.stdout?.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.child.stdin?.on('error', () => undefined).end(input ?? '');
    this.ended = once(this.child, 'close').then(() => {
      running.delete(this.child);
      return { code: this.child.exitCode, signal: this.child.signalCode };
    });
  }

  /**
   * Resolves when this was printed, on either stream. Throws with all that was printed when the process ends first, or
   * after a minute.
   */
  async says(what: string): Promise<void> {
    const heard = () => this.stdout.includes(what) || this.stderr.includes(what);
    let over = false;
    void this.ended.then(() => (over = true));
    await eventually(() => heard() || over, START);
    if (!heard()) throw new Error(`postern ended before it said "${what}":\n${this.stdout}\n${this.stderr}`);
  }

  /** Sends the signal and waits for the end. */
  async end(signal: NodeJS.Signals) {
    this.child.kill(signal);
    return this.ended;
  }
}

/** What a command printed and how it ended. */
export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
  /** Standard output as JSON. */
  json(): Record<string, unknown>;
}

/** Commands that run for a long time, or beside others, in a process of their own. */
const LONG: readonly (string | undefined)[] = ['serve', 'worker', 'demo', 'migrate'];

/** Runs a command to its end. */
export async function runPostern(
  args: readonly string[],
  environment: Environment = {},
  input = '',
): Promise<Outcome> {
  const { code, stdout, stderr } = LONG.includes(args[0])
    ? await runAlone(args, environment, input)
    : await runCommand({ args, environment: processEnvironment(environment), input });
  return { code, stdout, stderr, json: () => JSON.parse(stdout) as Record<string, unknown> };
}

async function runAlone(args: readonly string[], environment: Environment, input: string) {
  const command = new PosternProcess(args, environment, input);
  const { code } = await command.ended;
  return { code, stdout: command.stdout, stderr: command.stderr };
}

function processEnvironment(environment: Environment): Environment {
  const { PATH = '', HOME = '', TMPDIR = tmpdir() } = process.env;
  return { PATH, HOME, TMPDIR, PASSWORD_HASH_COST: '10', ...environment };
}

/** Kills whatever is left of the processes that a test started. For `afterEach` or `afterAll`. */
export async function killAll(): Promise<void> {
  await Promise.all(
    [...running].map(async (child) => {
      const gone = once(child, 'close');
      child.kill('SIGKILL');
      await gone;
    }),
  );
}

/** A directory that the database's user can get into, for the caller to remove. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'postern-process-'));
  await chmod(directory, 0o755);
  return directory;
}

/** A database of its own with the settings that a command needs to use it. */
export interface CommandLine {
  database: TestDatabase;
  environment: Environment;
  run(args: readonly string[], input?: string): Promise<Outcome>;
}

/** Makes a database with this content. */
export async function openCommandLine(content?: Content): Promise<CommandLine> {
  return commandLineOf(await createTestDatabase(content));
}

/** The command line on a database that is there, such as that of a running server. */
export function commandLineOf(database: TestDatabase): CommandLine {
  const environment = { DATABASE_URL: database.url, ENCRYPTION_KEY: database.encryptionKey };
  return { database, environment, run: (args, input) => runPostern(args, environment, input) };
}
