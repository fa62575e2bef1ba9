import { readFile } from 'node:fs/promises';
import { codeOf } from '../platform/files/file-errors.js';
import { jsonObject, UsageError } from './usage-error.js';

/**
 * The JSON object, or what else `read` takes, in the file that an option names; undefined without the option. Throws
 * UsageError.
 */
export async function jsonFile<T = Record<string, unknown>>(
  option: string,
  file: string | undefined,
  read: (option: string, text: string) => T = jsonObject as (option: string, text: string) => T,
): Promise<T | undefined> {
  if (file === undefined) return undefined;
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${option}: ${file} cannot be read (${String(codeOf(error))}).`);
  }
  return read(option, text);
}
