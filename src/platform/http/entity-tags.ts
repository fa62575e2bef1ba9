import { createHash } from 'node:crypto';
import type Koa from 'koa';
import { AppError } from '../errors/errors.js';
import type { IfMatch } from '../wire/record-version.js';

const ENTITY_TAGS = /^\s*(?:W\/)?"[^"]*"\s*(?:,\s*(?:W\/)?"[^"]*"\s*)*$/;
const VERSION = /^([1-9]\d{0,9})(?:\.[\w-]+)?$/;

/**
 * The entity tag of a version of a record. With `more` the tag also changes with that, such as the time of last use;
 * If-Match compares the version alone.
 */
export function entityTag(version: number, more?: object): string {
  if (more === undefined) return `"${String(version)}"`;
  const digest = createHash('sha256').update(JSON.stringify(more)).digest('base64url');
  return `"${String(version)}.${digest.slice(0, 16)}"`;
}

/**
 * Whether If-None-Match names the tag, so that the answer is 304 (RFC 9110 section 13.1.2). Koa's own check fails when
 * the request has Cache-Control: no-cache, which fetch() adds to every conditional request.
 */
export function isKnown(ctx: Koa.ParameterizedContext, entityTag: string): boolean {
  const tags = ctx.get('If-None-Match').split(',');
  return tags.some((tag) => ['*', entityTag].includes(tag.trim().replace(/^W\//, '')));
}

/** The versions that If-Match names: undefined without the header and for `*`. Throws AppError `malformed`. */
export function ifMatch(ctx: Koa.ParameterizedContext): IfMatch | undefined {
  const header = ctx.get('If-Match');
  if (header === '' || header.trim() === '*') return undefined;
  if (!ENTITY_TAGS.test(header)) {
    throw new AppError(
      'malformed',
      'Send in If-Match the ETag of the record as it was received, with its quotes.',
    );
  }
  const tags = [...header.matchAll(/(W\/)?"([^"]*)"/g)];
  return {
    versions: tags.flatMap(([, weak, tag = '']) => {
      const version = weak === undefined ? VERSION.exec(tag)?.[1] : undefined;
      return version === undefined ? [] : [Number(version)];
    }),
    weak: tags.find(([, weak, tag = '']) => weak !== undefined && VERSION.test(tag))?.[0],
  };
}
