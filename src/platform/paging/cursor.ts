import { AppError } from '../errors/errors.js';
import { UUID } from '../wire/uuid.js';

/** A position in a list that is ordered by creation: the time in UTC with microseconds, and the id of the row. */
export interface Position {
  createdAt: string;
  id: string;
}

const TIME = /^2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

/** Encodes a position as an opaque cursor. */
export function encodeCursor({ createdAt, id }: Position): string {
  return Buffer.from(JSON.stringify([createdAt, id])).toString('base64url');
}

/** Decodes what `encodeCursor` returned. Throws AppError `malformed` for anything that it cannot have returned. */
export function decodeCursor(cursor: string): Position {
  const text = Buffer.from(cursor, 'base64url').toString();
  const [createdAt, id] = /^\["([^"]+)","([^"]+)"\]$/.exec(text)?.slice(1) ?? [];
  if (createdAt && id && isTime(createdAt) && UUID.test(id) && encodeCursor({ createdAt, id }) === cursor) {
    return { createdAt, id };
  }
  throw foreignCursor();
}

/** The error about a cursor that no list has returned. */
export function foreignCursor(): AppError {
  const errors = [{ pointer: 'cursor', detail: 'Send a next_cursor exactly as it was received, or none.' }];
  return new AppError('malformed', 'The cursor is not one of ours.', { errors });
}

function isTime(text: string): boolean {
  if (!TIME.test(text)) return false;
  const date = new Date(text);
  // JavaScript turns 30 February into 2 March instead of refusing it.
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 19) === text.slice(0, 19);
}
