import type { Settings } from '../../settings/settings.js';

/**
 * How many seconds a session lives from now: SESSION_IDLE_TTL, which begins again with each use, but not beyond
 * SESSION_TTL after the sign-in.
 *
 * @param signedInAt seconds since the epoch; undefined before a sign-in
 */
export function remainingSession(
  signedInAt: number | undefined,
  { session, sessionIdle }: Pick<Settings['ttl'], 'session' | 'sessionIdle'>,
): number {
  const now = Math.floor(Date.now() / 1000);
  // A request that began before the end of the session may save it after: then for a second, because 0 is no lifetime.
  return Math.max(1, Math.min(sessionIdle, (signedInAt ?? now) + session - now));
}
