import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ignore } from '../files/file-errors.js';
import type { DatabaseDirectory } from './server-user.js';

/** The least that any system allows for the path of a Unix socket, without the final zero. */
const MAX_SOCKET_PATH_BYTES = 103;
const MAX_LOG_BYTES = 1_000_000;

/**
 * A directory for the server's socket that only the server's user can enter and whose path is short enough: in the
 * database's directory, otherwise among the temporary files.
 */
export async function makeSocketDirectory(
  { root, user }: DatabaseDirectory,
  socketName: string,
): Promise<string> {
  const temporary = `postern-${shortHash(root)}`;
  const candidates = [join(root, 'socket'), join(tmpdir(), temporary), join('/tmp', temporary)];
  const directory = candidates.find(
    (path) => Buffer.byteLength(join(path, socketName)) <= MAX_SOCKET_PATH_BYTES,
  );
  if (directory === undefined) throw new Error('unreachable: /tmp is short enough');
  await fs.mkdir(directory, { mode: 0o700 }).catch(ignore('EEXIST'));
  const handle = await fs.open(directory, constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    const uid = user?.uid ?? process.getuid?.();
    const owner = (await handle.stat()).uid;
    if (owner !== uid && owner !== process.getuid?.()) {
      throw new Error(`${directory} belongs to uid ${String(owner)} instead of ${String(uid)}: remove it.`);
    }
    await handle.chmod(0o700);
    if (user) await handle.chown(user.uid, user.gid);
  } finally {
    await handle.close();
  }
  return directory;
}

/** The server's log, at most 1 MB when a server starts; `tail` gives the last lines written since this call. */
export async function openLog({
  root,
  user,
}: DatabaseDirectory): Promise<{ handle: fs.FileHandle; tail: () => Promise<string> }> {
  const path = join(root, 'postgres.log');
  const size = (await fs.stat(path).catch(ignore('ENOENT')))?.size ?? 0;
  if (size > MAX_LOG_BYTES) await fs.rename(path, `${path}.old`);
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW;
  const handle = await fs.open(path, flags, 0o600);
  if (user) await handle.chown(user.uid, user.gid);
  const start = (await handle.stat()).size;
  const tail = async () => {
    const text = (await fs.readFile(path)).subarray(start).toString().trim();
    return text.split('\n').slice(-15).join('\n');
  };
  return { handle, tail };
}

/** An empty directory of the server's user, after deleting the unfinished ones with that prefix. */
export async function makeDraft({ root, user }: DatabaseDirectory, prefix: string): Promise<string> {
  await removeAll(root, prefix);
  const draft = join(root, prefix + randomBytes(6).toString('hex'));
  await fs.mkdir(draft, { mode: 0o700 });
  if (user) await fs.chown(draft, user.uid, user.gid);
  return draft;
}

/** Renames so that the new name survives a power cut. */
export async function renameDurably(from: string, to: string): Promise<void> {
  await fs.rename(from, to);
  const parent = await fs.open(dirname(to));
  await parent.sync().finally(() => parent.close());
}

/** Deletes every file and directory in `directory` whose name has that prefix. */
export async function removeAll(directory: string, prefix: string): Promise<void> {
  for (const name of await fs.readdir(directory)) {
    if (!name.startsWith(prefix)) continue;
    // Retrying, because an initdb that was just interrupted may still be writing.
    await fs.rm(join(directory, name), { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
}

/** Undefined when there is no such file, or when a power cut has left it damaged. */
export async function readJson(path: string): Promise<unknown> {
  const text = await fs.readFile(path, 'utf8').catch(ignore('ENOENT'));
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** 16 hexadecimal digits of SHA-256. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
