import type { IncomingMessage } from 'node:http';
import type Koa from 'koa';
import { AppError } from '../errors/errors.js';
import { parseJsonObject } from '../wire/json-object.js';

/**
 * Reads a JSON object of at most `limit` bytes. Throws AppError `unsupported_type`, `too_large` or `malformed`; a member
 * that occurs twice is malformed.
 */
export async function readJson(
  ctx: Koa.ParameterizedContext,
  limit: number,
  types: readonly string[] = ['application/json'],
): Promise<Record<string, unknown>> {
  return parseJsonObject(await readText(ctx, limit, types));
}

/**
 * Reads a form of at most `limit` bytes. Throws AppError `unsupported_type`, `too_large` or `malformed`. Fields may come
 * more than once, as check boxes do.
 */
export async function readForm(ctx: Koa.ParameterizedContext, limit: number): Promise<URLSearchParams> {
  return parseForm(await readText(ctx, limit, ['application/x-www-form-urlencoded']));
}

/**
 * Reads a body of one of these media types, in UTF-8. Throws AppError `unsupported_type`, `too_large` as soon as more than
 * `limit` bytes have come, or `malformed` for other bytes than UTF-8 or too few.
 */
async function readText(
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

/** Counts the bytes that arrive, whatever Content-Length says; the rest of a body that is too large is discarded. */
export function readBytes(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (finish: () => void): void => {
      request.off('data', onData).off('end', onEnd).off('error', onBroken).off('close', onBroken);
      // A later error of the connection without a listener would end the process.
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
    // Of a caller who left before this was asked there are no more events.
    if (request.destroyed) onBroken();
    else request.on('data', onData).on('end', onEnd).on('error', onBroken).on('close', onBroken);
  });
}

/** Parses a form. Throws AppError `malformed` for percent-encoding that is not UTF-8. */
function parseForm(text: string): URLSearchParams {
  try {
    decodeURIComponent(text);
  } catch {
    throw malformed('The form has percent-encoding that is not UTF-8.');
  }
  return new URLSearchParams(text);
}

const malformed = (message: string): AppError => new AppError('malformed', message);
const tooLarge = (limit: number): AppError =>
  new AppError('too_large', `The body has more than ${String(limit)} bytes, which is the limit here.`);
