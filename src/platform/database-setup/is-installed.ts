import { readdir, realpath } from 'node:fs/promises';
import { substituteOf } from '../embedded-database/database-directory.js';
import { newestLock } from '../embedded-database/owner-lock.js';
import { codeOf } from '../files/file-errors.js';

/**
 * Whether an embedded database was created for this data directory, or a live process is creating it. Creates nothing.
 * True also when the directory cannot be read, so that opening it reports the reason.
 */
export async function isInstalled(dataDirectory: string): Promise<boolean> {
  try {
    const directory = await realpath(dataDirectory);
    return (await holdsDatabase(directory)) || (await holdsDatabase(substituteOf(directory)));
  } catch (error) {
    return codeOf(error) !== 'ENOENT';
  }
}

async function holdsDatabase(root: string): Promise<boolean> {
  const names = await readdir(root);
  return names.includes('pgdata') || (await newestLock(root)).owner !== undefined;
}
