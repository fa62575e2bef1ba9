import { AppError } from '../errors/errors.js';

const MAX_DEPTH = 32;
const JSON_TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:]/gs;
const NUL_OR_HALF_PAIR = /\0|\p{Surrogate}/u;

/**
 * Parses a JSON object by RFC 7493. Throws AppError `malformed` for another value, a member name that occurs twice, more
 * than 32 levels, and text that PostgreSQL cannot store. A member named `__proto__` stays an ordinary member.
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

/** Finds in valid JSON what JSON.parse accepts and we do not. */
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
