import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Secret } from '../../settings/secret.js';
import { SettingsError } from '../../settings/settings-error.js';
import { AppError } from '../errors/errors.js';
import { makeDataDirectory, unusable } from '../files/data-directory.js';
import { codeOf } from '../files/file-errors.js';

const FILE = 'encryption.key';

/**
 * The installation's encryption key, 32 bytes: the setting, else the file in the data directory, else, when the
 * installation `isNew` and the caller `mayCreate` it, a new file (mode 0600). Throws AppError `not_found` when there is no
 * installation to use, and SettingsError when its key is not here, or when the directory cannot be used.
 */
export async function encryptionKey(
  setting: Secret | undefined,
  dataDirectory: string,
  { isNew, mayCreate }: { isNew: boolean; mayCreate: boolean },
): Promise<Buffer> {
  if (setting) return Buffer.from(setting.reveal(), 'base64url');
  const file = join(dataDirectory, FILE);
  try {
    return parse(await readFile(file, 'utf8'), file);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw unusable('read', file, error);
  }
  if (isNew && !mayCreate) {
    throw new AppError(
      'not_found',
      'There is no installation in this database. Run npm start to create one.',
    );
  }
  if (!isNew) {
    throw new SettingsError([
      `ENCRYPTION_KEY: this database was set up with a key that is not here: set it, or copy the file ${FILE} of another node into ${dataDirectory}`,
    ]);
  }
  await makeDataDirectory(dataDirectory);
  const key = randomBytes(32);
  try {
    await writeFile(file, `${key.toString('base64url')}\n`, { mode: 0o600, flag: 'wx', flush: true });
    return key;
  } catch (error) {
    // Another process of this installation has just made it.
    if (codeOf(error) === 'EEXIST') return parse(await readFile(file, 'utf8'), file);
    throw error;
  }
}

function parse(text: string, file: string): Buffer {
  const key = Buffer.from(text.trim(), 'base64url');
  if (key.length !== 32)
    throw new SettingsError([`${file} does not hold an encryption key (32 bytes in base64url)`]);
  return key;
}
