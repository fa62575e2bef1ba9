import { isDeepStrictEqual } from 'node:util';
import { snakeName } from './snake-case.js';

/** The names on the wire of the members of `after` that differ from those of `before`. */
export function changedFields(before: object, after: object): string[] {
  const old = new Map<string, unknown>(Object.entries(before));
  return Object.entries(after)
    .filter(([name, value]) => !isDeepStrictEqual(old.get(name), value))
    .map(([name]) => snakeName(name));
}
