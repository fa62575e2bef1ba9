import { hintOf, SECRET_PREFIX } from '../client-secrets/client-secret.js';

/** What is kept of a failed request, to find its cause: nothing secret. */
export interface FailureDetail {
  /** What the response said. */
  description?: string;
  /** Why it was refused, where the response does not say. */
  reason?: string;
  /** The one that was asked for, without query and fragment. */
  redirectUri?: string;
  /** As `redirectUri`, for after a sign-out. */
  postLogoutRedirectUri?: string;
  scope?: string;
  /** The resources that were asked for (RFC 8707), without query. */
  resource?: string;
  grantType?: string;
  responseType?: string;
  /** The hint of the secret that was sent; `other` for one that is not of our form. */
  secretHint?: string;
}

const LONGEST = 300;
const OWN_SECRET = new RegExp(`^${SECRET_PREFIX}[A-Za-z0-9_-]{43}$`);

/** Text of a request as it may be shown: no control characters, at most 300 characters. Undefined for anything else. */
export function shownText(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  // Cut first: half of a surrogate pair, which PostgreSQL refuses in jsonb, is replaced with the rest of \p{C}.
  return value.slice(0, LONGEST).replace(/\p{C}/gu, '\ufffd');
}

/** A redirect URI without user information, query and fragment, which may hold what is secret. */
export function shownUri(value: unknown): string | undefined {
  const url = typeof value === 'string' ? URL.parse(value) : null;
  return url ? shownText(`${url.protocol}${url.host && `//${url.host}`}${url.pathname}`) : undefined;
}

/** Resource indicators as they were sent, but as `shownUri` has those that may hold what is secret. */
export function shownResources(value: unknown): string | undefined {
  const all = (Array.isArray(value) ? value : [value]).map((uri) =>
    typeof uri === 'string' && /[?#@]/.test(uri) ? shownUri(uri) : shownText(uri),
  );
  return shownText(all.filter((uri) => uri !== undefined).join(' '));
}

/**
 * The hint of a secret that was sent. Of a secret in another form nothing is kept: how much of it a hint would tell is
 * not known.
 */
export function shownSecret(secret: string | undefined): string | undefined {
  if (secret === undefined || secret === '') return undefined;
  return OWN_SECRET.test(secret) ? hintOf(secret) : 'other';
}
