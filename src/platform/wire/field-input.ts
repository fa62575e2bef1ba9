import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { snakeName } from './snake-case.js';
import type { Mistake } from '../errors/errors.js';

type WireObject = Readonly<Record<string, unknown>>;

/** The fields of a record that could be read, the names of those that could not, and why. */
export interface ReadFields {
  values: Record<string, unknown>;
  unreadable: string[];
  mistakes: Mistake[];
}

/** Reads every field that is there by its shape; what `fields` does not name is passed over. */
export function readFields(wire: WireObject, fields: Readonly<Record<string, z.ZodType>>): ReadFields {
  const read: ReadFields = { values: {}, unreadable: [], mistakes: [] };
  for (const [name, field] of Object.entries(fields)) {
    if (!Object.hasOwn(wire, name)) continue;
    const result = field.safeParse(wire[name]);
    if (result.success) read.values[name] = result.data;
    else {
      read.unreadable.push(name);
      read.mistakes.push(
        ...result.error.issues.map((issue) => ({
          pointer: pointer(name, ...issue.path),
          detail: issue.message,
        })),
      );
    }
  }
  return read;
}

/** A mistake for each field that cannot be sent; `readOnly` says why of those that exist. */
export function foreignFields(
  input: WireObject,
  fields: object,
  readOnly: Readonly<Record<string, string>>,
): Mistake[] {
  return Object.keys(input)
    .filter((name) => !Object.hasOwn(fields, name))
    .map((name) => ({
      pointer: pointer(name),
      detail: (Object.hasOwn(readOnly, name) && readOnly[name]) || 'There is no such field; check its name.',
    }));
}

/** The settings that differ, as the wire names them. */
export function changedFields(before: object, after: object): string[] {
  const old = new Map<string, unknown>(Object.entries(before));
  return Object.entries(after)
    .filter(([name, value]) => !isDeepStrictEqual(old.get(name), value))
    .map(([name]) => snakeName(name));
}

/** RFC 6901. */
function pointer(...path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
