import * as z from 'zod';
import type { ValidationError } from '../../platform/errors/errors.js';
import { jsonPointer } from '../../platform/wire/input.js';
import type { Schema } from './detail-schema.js';

/** One entry of `authorization_details` (RFC 9396 section 2). */
export type AuthorizationDetail = { type: string } & Record<string, unknown>;

/** The first thing that is wrong with a detail; undefined when nothing is. */
export type CheckDetail = (detail: AuthorizationDetail) => ValidationError | undefined;

/** Makes a check of a schema without errors. A schema that does not mention `type` is about the other members. */
export function compileCheck(schema: Schema): CheckDetail {
  const compiled = z.fromJSONSchema(schema, { defaultTarget: 'draft-2020-12', registry: z.registry() });
  const properties = schema['properties'];
  const knowsType =
    typeof properties === 'object' && properties !== null && Object.hasOwn(properties, 'type');
  return (detail) => {
    const { type: _checked, ...rest } = detail;
    const issue = compiled.safeParse(knowsType ? detail : rest).error?.issues[0];
    if (!issue) return undefined;
    if (issue.code !== 'unrecognized_keys')
      return { pointer: jsonPointer(...issue.path), detail: issue.message };
    return {
      pointer: jsonPointer(...issue.path, ...issue.keys.slice(0, 1)),
      detail: 'there is no such member',
    };
  };
}
