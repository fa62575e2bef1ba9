import { readdir, realpath } from 'node:fs/promises';
import { codeOf, fallbackRoot } from './embedded-files.js';
import { newestLock } from './embedded-lock.js';

/**
 * Whether an embedded database was created for this data directory, or a live process is creating it. Creates nothing.
 * True also when the directory cannot be read, so that opening it reports the reason.
 */
export async function isInstalled(dataDirectory: string): Promise<boolean> {
  try {
    const directory = await realpath(dataDirectory);
    return (await holdsDatabase(directory)) || (await holdsDatabase(fallbackRoot(directory)));
  } catch (error) {
    return codeOf(error) !== 'ENOENT';
  }
}

async function holdsDatabase(root: string): Promise<boolean> {
  const names = await readdir(root);
  return names.includes('pgdata') || (await newestLock(root)).owner !== undefined;
}
