/** The least time for which a document is kept: the requests of one sign-in see the same. */
const MIN_SECONDS = 60;
const MAX_SECONDS = 24 * 60 * 60;
/** Without cache headers. */
const USUAL_SECONDS = 60 * 60;

/** For how many seconds a response is kept (RFC 9111), from a minute to a day. */
export function lifetimeOf(headers: Headers, now = Date.now()): number {
  return Math.min(Math.max(stated(headers, now) ?? USUAL_SECONDS, MIN_SECONDS), MAX_SECONDS);
}

function stated(headers: Headers, now: number): number | undefined {
  const control = (headers.get('cache-control') ?? '').toLowerCase();
  if (/\bno-(?:store|cache)\b/.test(control)) return 0;
  const maxAge = /\bmax-age="?(\d{1,10})/.exec(control)?.[1];
  if (maxAge !== undefined) return Number(maxAge) - (Number(headers.get('age')) || 0);
  const expires = headers.get('expires');
  if (expires === null) return undefined;
  const end = Date.parse(expires);
  return Number.isNaN(end) ? 0 : (end - now) / 1000;
}
