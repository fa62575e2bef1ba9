import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import type { Operation } from './operation.js';

type Body = Record<string, unknown>;

/**
 * The body of a change without the read-only members that have the value which reading the record shows, so that a record
 * can be read, edited and sent back as a whole. `show` reads it, and is called only when there is such a member.
 */
export async function withoutUnchanged(
  body: Body,
  { request }: Operation,
  { volatile = [] }: Pick<Operation, 'volatile'>,
  show: () => Promise<object>,
): Promise<Body> {
  const writable: object = request?.schema instanceof z.ZodObject ? request.schema.shape : body;
  const readOnly = Object.keys(body).filter((name) => !Object.hasOwn(writable, name));
  if (readOnly.length === 0) return body;
  const stable = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value), (name, member: unknown) =>
      volatile.includes(name) ? undefined : member,
    );
  const shown = new Map(Object.entries(stable(await show()) as Body));
  const isUnchanged = (name: string) =>
    volatile.includes(name) || (shown.has(name) && isDeepStrictEqual(shown.get(name), stable(body[name])));
  return Object.fromEntries(
    Object.entries(body).filter(([name]) => !(readOnly.includes(name) && isUnchanged(name))),
  );
}
