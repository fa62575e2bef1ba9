import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import type { SocketAddress } from '../db/database.js';
import { ignore } from '../files/file-errors.js';
import { processStartTime } from './process-identity.js';
import { readJson } from './server-files.js';

/** A live process, `pid` (it may be this one), already runs the database in that directory. */
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
 * The owner of a directory is the process that its file `owner.<n>` with the highest n names, if that process lives. A
 * process takes over by making the next number, which only one can; the highest is never deleted. (If the lock files of
 * ended owners were deleted, two processes could do so in turn, and the second would delete the new lock of the first.)
 */
export async function newestLock(root: string): Promise<{ number: number; owner?: Owner }> {
  const numbers = (await fs.readdir(root)).map((name) => Number(/^owner\.(\d+)$/.exec(name)?.[1] ?? 0));
  const number = Math.max(0, ...numbers);
  const owner = (await readJson(join(root, `owner.${String(number)}`))) as Owner | null | undefined;
  const born = owner ? await processStartTime(owner.pid) : undefined;
  return owner && born !== undefined && [owner.startTime, ''].includes(born) ? { number, owner } : { number };
}

/** Makes this process the owner of the directory. Throws EmbeddedDatabaseInUse. */
export async function takeLock(root: string) {
  const me: Owner = { pid: process.pid, startTime: (await processStartTime(process.pid)) ?? '' };
  const draft = join(root, `owner-${randomBytes(6).toString('hex')}`);
  for (;;) {
    const { number, owner } = await newestLock(root);
    if (owner) throw new EmbeddedDatabaseInUse(root, owner.pid);
    const lock = join(root, `owner.${String(number + 1)}`);
    await fs.writeFile(draft, JSON.stringify(me));
    const taken = await fs.link(draft, lock).then(() => true, ignore('EEXIST'));
    await fs.rm(draft);
    if (!taken) continue;
    // A process that was suspended after reading the directory may make a number that others have passed and deleted.
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
