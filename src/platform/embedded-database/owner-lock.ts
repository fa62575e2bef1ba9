import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import * as files from './server-files.js';
import { processStartTime } from './process-identity.js';

/** For `pg`: the directory of the Unix socket as host, and a user who may do everything. */
export interface SocketAddress {
  host: string;
  port: number;
  user: string;
  database: string;
}

/** A live process, `pid` (it may be this one), runs the database in that directory already. */
export class EmbeddedDatabaseInUse extends Error {
  override readonly name = 'EmbeddedDatabaseInUse';
  constructor(
    readonly dataDirectory: string,
    readonly pid: number,
  ) {
    super(`The embedded database in ${dataDirectory} is in use by process ${String(pid)}.`);
  }
}

interface Owner {
  pid: number;
  /** What `birth` says of it. */
  startTime: string;
  /** Absent until the server answers. */
  connection?: SocketAddress;
}

/**
 * The owner of a place is the process that its file `owner.<n>` with the highest n names, if that process lives. To
 * take over is to make the next number, which only one process can; the highest is never deleted. (If dead owners'
 * locks were deleted, two processes could do so in turn, the second one to the new lock of the first.)
 */
export async function newestLock(root: string): Promise<{ number: number; owner?: Owner }> {
  const numbers = (await fs.readdir(root)).map((name) => Number(/^owner\.(\d+)$/.exec(name)?.[1] ?? 0));
  const number = Math.max(0, ...numbers);
  const owner = (await files.readJson(join(root, `owner.${String(number)}`))) as Owner | null | undefined;
  const born = owner ? await processStartTime(owner.pid) : undefined;
  return owner && born !== undefined && [owner.startTime, ''].includes(born) ? { number, owner } : { number };
}

/** Makes this process the owner of the place. Throws EmbeddedDatabaseInUse. */
export async function takeLock(root: string) {
  const me: Owner = { pid: process.pid, startTime: (await processStartTime(process.pid)) ?? '' };
  const draft = join(root, `owner-${randomBytes(6).toString('hex')}`);
  for (;;) {
    const { number, owner } = await newestLock(root);
    if (owner) throw new EmbeddedDatabaseInUse(root, owner.pid);
    const lock = join(root, `owner.${String(number + 1)}`);
    await fs.writeFile(draft, JSON.stringify(me));
    const taken = await fs.link(draft, lock).then(() => true, files.ignore('EEXIST'));
    await fs.rm(draft);
    if (!taken) continue;
    // A process that has slept since it looked may make a number that others have passed and cleaned up.
    if ((await newestLock(root)).number !== number + 1) {
      await fs.rm(lock, { force: true });
      continue;
    }
    await fs.rm(join(root, `owner.${String(number)}`), { force: true });
    const overwrite = async (value: Owner | null) => {
      await fs.writeFile(draft, JSON.stringify(value));
      await fs.rename(draft, lock);
    };
    return {
      publish: (connection: SocketAddress) => overwrite({ ...me, connection }),
      release: () => overwrite(null),
    };
  }
}
