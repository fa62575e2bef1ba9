import { readFile } from 'node:fs/promises';
import { codeOf } from '../platform/files/file-errors.js';
import { jsonObject, UsageError } from './usage-error.js';

/** The JSON object in the file that an option names; undefined without the option. Throws UsageError. */
export async function jsonFile(
  option: string,
  file: string | undefined,
): Promise<Record<string, unknown> | undefined> {
  if (file === undefined) return undefined;
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${option}: ${file} cannot be read (${String(codeOf(error))}).`);
  }
  return jsonObject(option, text);
}
