import type { IncomingMessage } from 'node:http';
import type Koa from 'koa';
import { AppError } from '../errors/errors.js';

const MAX_DEPTH = 32;
const JSON_TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:]/gs;
const NUL_OR_HALF_PAIR = /\0|\p{Surrogate}/u;

/**
 * Parses JSON as RFC 7493 wants it. Throws AppError `malformed` for what is no object, names a member twice, nests deeper
 * than 32 levels, or holds text that no database can keep. A member named `__proto__` stays an ordinary member.
 */
export function parseJsonObject(text: string): Record<string, unknown> {
  if (text.trim() === '') throw malformed('The body is empty; send a JSON object.');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed('The body is not JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed('The body must be a JSON object.');
  }
  checkStructure(text);
  return value as Record<string, unknown>;
}

/** Parses a form. Throws AppError `malformed` for percent-encoding that is not UTF-8. */
export function parseForm(text: string): URLSearchParams {
  try {
    decodeURIComponent(text);
  } catch {
    throw malformed('The form has percent-encoding that is not UTF-8.');
  }
  return new URLSearchParams(text);
}

/**
 * Reads a body of one of these media types, in UTF-8. Throws AppError `unsupported_type`, `too_large` as soon as more than
 * `limit` bytes have come, or `malformed` for other bytes than UTF-8 or too few.
 */
export async function readText(
  ctx: Koa.ParameterizedContext,
  limit: number,
  types: readonly string[],
): Promise<string> {
  const { type, charset } = ctx.request;
  if (!types.includes(type)) {
    throw new AppError('unsupported_type', `Send the body with the Content-Type ${types.join(' or ')}.`);
  }
  if (charset && charset.toLowerCase() !== 'utf-8')
    throw new AppError('unsupported_type', 'Send the body in UTF-8.');
  if (!['', 'identity'].includes(ctx.get('Content-Encoding').toLowerCase())) {
    throw new AppError('unsupported_type', 'Send the body without a Content-Encoding.');
  }
  if (Number(ctx.get('Content-Length')) > limit) throw tooLarge(limit);
  const bytes = await readBytes(ctx.req, limit);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw malformed('The body is not UTF-8.');
  }
}

/** Counts what arrives, whatever Content-Length says. The rest of a body that is too large is thrown away unread. */
function readBytes(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (finish: () => void): void => {
      request.off('data', onData).off('end', onEnd).off('error', onBroken).off('close', onBroken);
      // A connection that breaks later must not surface as an error that nobody listens to.
      request.on('error', () => undefined);
      finish();
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else {
        settle(() => reject(tooLarge(limit)));
        request.resume();
      }
    };
    const onEnd = (): void => settle(() => resolve(Buffer.concat(chunks)));
    const onBroken = (): void => settle(() => reject(malformed('The body ended before it was complete.')));
    request.on('data', onData).on('end', onEnd).on('error', onBroken).on('close', onBroken);
  });
}

/** Finds in text that is known to be JSON what JSON.parse lets through. */
function checkStructure(text: string): void {
  const open: Set<string>[] = [];
  let string = '""';
  for (const [token] of text.matchAll(JSON_TOKEN)) {
    if (token === '{' || token === '[') {
      open.push(new Set());
      if (open.length > MAX_DEPTH) throw malformed(`The body nests deeper than ${String(MAX_DEPTH)} levels.`);
    } else if (token === '}' || token === ']') {
      open.pop();
    } else if (token === ':') {
      const name = JSON.parse(string) as string;
      if (open.at(-1)?.has(name)) throw malformed(`The body has the member "${name.slice(0, 100)}" twice.`);
      open.at(-1)?.add(name);
    } else {
      string = token;
      if (token.includes('\\u') && NUL_OR_HALF_PAIR.test(JSON.parse(token) as string)) {
        throw malformed('The body holds the character U+0000 or half of a surrogate pair.');
      }
    }
  }
}

const malformed = (message: string): AppError => new AppError('malformed', message);
const tooLarge = (limit: number): AppError =>
  new AppError('too_large', `The body has more than ${String(limit)} bytes, which is the limit here.`);
