import type Koa from 'koa';
import { AppError } from '../errors/errors.js';

const ENTITY_TAGS = /^\s*(?:W\/)?"[^"]*"\s*(?:,\s*(?:W\/)?"[^"]*"\s*)*$/;

/** The entity tag of a version. It does not change with `last_used_at` and `usage`, which cannot be edited. */
export function entityTag(version: number): string {
  return `"${String(version)}"`;
}

/**
 * Whether If-None-Match names the version, so that the answer is 304 (RFC 9110 section 13.1.2). Koa's own check fails when
 * the request has Cache-Control: no-cache, which fetch() adds to every conditional request.
 */
export function isKnown(ctx: Koa.ParameterizedContext, version: number): boolean {
  const tags = ctx.get('If-None-Match').split(',');
  return tags.some((tag) => ['*', entityTag(version)].includes(tag.trim().replace(/^W\//, '')));
}

/**
 * The versions that If-Match names: undefined without the header and for `*`, empty when it names none of ours. Weak tags
 * never match (RFC 9110 section 13.1.1). Throws AppError `malformed`.
 */
export function ifMatch(ctx: Koa.ParameterizedContext): number[] | undefined {
  const header = ctx.get('If-Match');
  if (header === '' || header.trim() === '*') return undefined;
  if (!ENTITY_TAGS.test(header)) {
    throw new AppError(
      'malformed',
      'Send in If-Match the ETag of the record as it was received, with its quotes.',
    );
  }
  return [...header.matchAll(/(W\/)?"([^"]*)"/g)].flatMap(([, weak, tag]) =>
    weak === undefined && tag !== undefined && /^[1-9]\d{0,9}$/.test(tag) ? [Number(tag)] : [],
  );
}
