import { isDeepStrictEqual } from 'node:util';
import type { AdapterPayload } from 'oidc-provider';

/** A session as it is stored. */
export interface SavedSession {
  key: string;
  /** JSON. */
  payload: string;
}

type Payload = AdapterPayload & { savedAt?: number };

/** How far the stored end of a session may lag behind its last use: this share of its lifetime, and this many seconds. */
const SHARE = 1 / 20;
const SECONDS = 60;

/**
 * Whether a session need not be saved again: nothing but its end and the time of its use has changed, and these by little.
 * The engine saves the session of every authorization request; the browser of a person often sends several at once.
 */
export function isUpToDate(saved: SavedSession, session: SavedSession): boolean {
  if (saved.key !== session.key) return false;
  const { exp: savedEnd = 0, savedAt: _before, ...before } = JSON.parse(saved.payload) as Payload;
  const { exp: end = 0, savedAt: now = end, ...after } = JSON.parse(session.payload) as Payload;
  const lag = end - savedEnd;
  return lag >= 0 && lag <= Math.min(SECONDS, (end - now) * SHARE) && isDeepStrictEqual(before, after);
}
