import type { z } from 'zod';
import { invalid, type Mistake } from '../errors/errors.js';

/** Why a field that answers have cannot be sent. */
const READ_ONLY = 'This field is set by the server; leave it out.';

/**
 * Checks a body against its schema. Throws AppError `invalid` with every mistake; fields that the schema does not have are
 * refused, and `readOnly` names those that only answers have.
 */
export function parseInput<T>(schema: z.ZodType<T>, input: unknown, readOnly: readonly string[] = []): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw invalid(
    result.error.issues.flatMap((issue): Mistake[] => {
      if (issue.code !== 'unrecognized_keys')
        return [{ pointer: pointer(issue.path), detail: issue.message }];
      return issue.keys.map((name) => ({
        pointer: pointer([...issue.path, name]),
        detail: readOnly.includes(name) ? READ_ONLY : 'There is no such field; check its name.',
      }));
    }),
  );
}

/** RFC 6901. */
function pointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
