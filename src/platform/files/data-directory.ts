import * as fs from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { SettingsError } from '../../settings/settings-error.js';
import { codeOf } from './file-errors.js';

/**
 * Makes DATA_DIR, with its missing parents, and returns its path without symlinks. Throws SettingsError, which names the
 * user and the path, when it cannot be created, is a file, or no file can be created in it.
 *
 * @param mode of the directories that are made
 */
export async function makeDataDirectory(path: string, mode = 0o700): Promise<string> {
  const absolute = resolve(path);
  try {
    await makeWithParents(absolute, mode);
  } catch (error) {
    throw unusable('create', absolute, error);
  }
  try {
    const directory = await fs.realpath(absolute);
    // Permission bits alone say little: root, access lists, read-only and network file systems have rules of their own.
    await fs.rmdir(await fs.mkdtemp(join(directory, 'write-test-')));
    return directory;
  } catch (error) {
    throw unusable('write in', absolute, error);
  }
}

/** The present user for messages: name and number. */
export function describeUser(): string {
  const uid = process.getuid?.();
  try {
    return `user ${userInfo().username} (uid ${String(uid)})`;
  } catch {
    return `uid ${String(uid)}`;
  }
}

/** Turns a file system's error about DATA_DIR into a SettingsError, and returns any other error unchanged. */
export function unusable(action: string, path: string, error: unknown): unknown {
  const code = codeOf(error);
  if (typeof code !== 'string' || !(error as { syscall?: unknown }).syscall) return error;
  const [, reason = code] = /^\w+: ([^,]+)/.exec((error as Error).message) ?? [];
  return new SettingsError([
    `DATA_DIR: ${describeUser()} cannot ${action} ${path}: ${REASONS[code] ?? reason}. Name a directory that this user can create and write in`,
  ]);
}

const REASONS: Record<string, string> = {
  EEXIST: 'it is a file',
  ENOTDIR: 'a part of the path is a file',
};

/** `fs.mkdir` with `recursive` never returns where the file system says ENOENT though the parent exists (/proc). */
async function makeWithParents(path: string, mode: number): Promise<void> {
  let failure = await makeOne(path, mode);
  if (codeOf(failure) === 'ENOENT') {
    if (!(await isDirectory(dirname(path)))) await makeWithParents(dirname(path), mode);
    // Also when the parent is there: another process may just have made it.
    failure = await makeOne(path, mode);
  }
  if (failure !== undefined) throw failure;
}

/** The error; undefined when the directory was made or is there. */
async function makeOne(path: string, mode: number): Promise<Error | undefined> {
  try {
    await fs.mkdir(path, { mode });
    return undefined;
  } catch (error) {
    return codeOf(error) === 'EEXIST' && (await isDirectory(path)) ? undefined : (error as Error);
  }
}

function isDirectory(path: string): Promise<boolean> {
  return fs.stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
