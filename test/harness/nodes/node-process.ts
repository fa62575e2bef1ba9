import { readFile } from 'node:fs/promises';
import { eventually } from '../common/eventually.js';
import { type Environment, PosternProcess } from './postern-process.js';
import { freePort } from './test-server.js';
import { childrenOf } from '../process/process-tree.js';
import { send } from '../traffic/requests.js';

const START = 60_000;

/** A server of Postern in a process of its own, which can be killed and started again on the same port. */
export class NodeProcess {
  readonly #processes: PosternProcess[] = [];

  private constructor(
    readonly origin: string,
    private readonly environment: Environment,
  ) {}

  /** One that listens on a free port; the issuer is its own origin unless the environment has another. */
  static async create(environment: Environment): Promise<NodeProcess> {
    const port = String(await freePort());
    const origin = `http://127.0.0.1:${port}`;
    return new NodeProcess(origin, { ISSUER: origin, LOG_LEVEL: 'warn', ...environment, PORT: port });
  }

  /** Starts it; resolves when it is ready. */
  async start(): Promise<void> {
    this.#processes.push(new PosternProcess(['serve'], this.environment));
    await this.ready();
  }

  /** Resolves when it can serve. Throws, with what it logged, when it has ended or is not ready within a minute. */
  async ready(): Promise<void> {
    const isReady = async () => {
      const reply = await send(`${this.origin}/readyz`).catch(() => undefined);
      if (reply?.status !== 200 && !this.isRunning) throw new Error('a node ended');
      return reply?.status === 200;
    };
    await eventually(isReady, START).catch((cause: unknown) => {
      throw new Error(`a node is not ready:\n${this.#running.stderr}`, { cause });
    });
  }

  /** What the first start on a database prints, once it has. */
  async welcome(): Promise<string> {
    await this.#running.says('resource=');
    return this.#running.stdout;
  }

  get isRunning(): boolean {
    const { exitCode, signalCode } = this.#running.child;
    return exitCode === null && signalCode === null;
  }

  get pid(): number {
    return this.#running.child.pid ?? 0;
  }

  /** Its worker processes; none when it serves by itself. */
  async workers(): Promise<number[]> {
    const children = await childrenOf(this.pid);
    const commands = await Promise.all(
      children.map((pid) => readFile(`/proc/${String(pid)}/cmdline`, 'utf8').catch(() => '')),
    );
    return children.filter((_pid, index) => commands[index]?.includes('main.cjs'));
  }

  /** The lines that it logged as errors in all its lives, but for the end of a worker that was killed. */
  errors(): string[] {
    const lines = this.#processes.flatMap(({ stderr }) => stderr.split('\n'));
    return lines.filter((line) => line.includes('"level":"error"') && !line.includes('"how":"SIGKILL"'));
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    await this.#running.end(signal);
  }

  get #running(): PosternProcess {
    const last = this.#processes.at(-1);
    if (!last) throw new Error('the node was not started');
    return last;
  }
}
