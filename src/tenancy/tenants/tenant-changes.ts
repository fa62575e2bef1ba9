import { toSnake } from '../../platform/wire/snake-case.js';
import { AppError } from '../../platform/errors/errors.js';

/** The names of the wire's fields whose values differ from the record's. */
export function changedFrom(record: object, fields: Readonly<Record<string, unknown>>): string[] {
  const before = new Map<string, unknown>(Object.entries(toSnake(record)));
  return Object.entries(fields).flatMap(([name, value]) => (before.get(name) === value ? [] : [name]));
}

/** Somebody else has the slug. */
export function slugTaken(what: 'organization' | 'project'): AppError {
  return new AppError('conflict', `There is another ${what} with this slug.`, {
    mistakes: [{ pointer: '/slug', detail: 'Choose another slug.' }],
  });
}
