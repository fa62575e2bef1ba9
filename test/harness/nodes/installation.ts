import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '../common/eventually.js';
import { type Environment, PosternProcess, temporaryDirectory } from './postern-process.js';
import { freePort } from './test-server.js';

/** A directory with an embedded database, and the settings of whatever runs on it. */
export class Installation {
  private constructor(
    readonly directory: string,
    readonly issuer: string,
    readonly environment: Environment,
  ) {}

  static async create(settings: Environment = {}): Promise<Installation> {
    const directory = await temporaryDirectory();
    const port = String(await freePort());
    const issuer = `http://localhost:${port}`;
    return new Installation(directory, issuer, {
      DATA_DIR: directory,
      PORT: port,
      ISSUER: issuer,
      ...settings,
    });
  }

  /** Starts the server; resolves when it listens. */
  async serve(settings: Environment = {}): Promise<PosternProcess> {
    const server = new PosternProcess(['serve'], { ...this.environment, ...settings });
    await server.says('"listening"');
    return server;
  }

  /** The process id of the database's server; undefined when none was started or it has stopped in order. */
  async databasePid(): Promise<number | undefined> {
    const text = await readFile(join(this.directory, 'pgdata', 'postmaster.pid'), 'utf8').catch(() => '');
    return text === '' ? undefined : Number.parseInt(text, 10);
  }

  /** Waits for the database, which ends with its server, and deletes everything. Throws when it does not end. */
  async remove(): Promise<void> {
    const pid = await this.databasePid();
    if (pid !== undefined) await gone(pid, 10_000);
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** Resolves when the process has ended. Throws when it still runs after so many milliseconds. */
export async function gone(pid: number, withinMilliseconds: number): Promise<void> {
  await eventually(async () => !(await runs(pid)), withinMilliseconds);
}

/** Whether the process runs; one that has ended and waits to be collected does not. */
async function runs(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => '');
  return stat !== '' && !stat.includes(') Z ');
}

/** What the first start prints. */
export interface Welcome {
  email: string;
  password: string;
  clientId: string;
  clientSecret: string;
}

/** Reads the credentials off the first start's output. Throws when they are not there. */
export function readWelcome(stdout: string): Welcome {
  const read = (pattern: RegExp): string => {
    const found = pattern.exec(stdout)?.[1];
    if (found === undefined) throw new Error(`nothing printed matches ${String(pattern)}`);
    return found;
  };
  return {
    email: read(/Operator sign-in +(\S+)/),
    password: read(/password +(\S+)/),
    clientId: read(/Admin client +(\S+)/),
    clientSecret: read(/secret +(\S+)/),
  };
}
