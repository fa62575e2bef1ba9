import { type FileHandle, open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Context } from '../../context.js';
import { AppError } from '../../platform/errors/errors.js';
import { parseJsonObject } from '../../platform/wire/json-object.js';
import { commandLineActor } from '../actor.js';
import type { JsonOption } from '../options.js';
import { print } from '../output.js';
import { UsageError } from '../usage-error.js';
import { withContext } from '../with-context.js';

interface Failure {
  line: number;
  error: string;
  errors: readonly { pointer: string; detail: string }[];
}

/**
 * `postern account import`: each line is an account of its own, so that a run that was interrupted can be repeated: who is
 * there already is reported and left alone. Throws AppError `invalid` at the end when a line was refused.
 */
export async function importAccounts(file: string, { json }: JsonOption): Promise<void> {
  const { imported, failed } = await withContext((context) => importLines(context, file), 'attach-or-create');
  const lines = failed.flatMap(({ line, error, errors }) => [
    `line ${String(line)}: ${error}`,
    ...errors.map(({ pointer, detail }) => `  ${pointer}: ${detail}`),
  ]);
  print({ imported, failed }, json, [...lines, `Imported ${String(imported)} accounts.`].join('\n'));
  if (failed.length > 0)
    throw new AppError('invalid', `${String(failed.length)} lines were refused; the others are imported.`);
}

async function importLines(
  { accountAdmin }: Context,
  file: string,
): Promise<{ imported: number; failed: Failure[] }> {
  const actor = commandLineActor();
  const failed: Failure[] = [];
  let imported = 0;
  let line = 0;
  const input = file === '-' ? process.stdin : (await openFile(file)).createReadStream();
  for await (const text of createInterface({ input, crlfDelay: Infinity })) {
    line++;
    if (text.trim() === '') continue;
    try {
      await accountAdmin.create(actor, parseJsonObject(text));
      imported++;
    } catch (error) {
      if (!(error instanceof AppError) || error.kind === 'unavailable') throw error;
      failed.push({ line, error: error.message, errors: error.errors });
    }
  }
  return { imported, failed };
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path);
  } catch (error) {
    throw new UsageError(
      `The file cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
