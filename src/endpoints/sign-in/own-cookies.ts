import { OwnCookie } from '../../platform/cookies/own-cookie.js';

/** The cookie of a session at our own pages. */
export function ownSessionCookie(issuer: string): OwnCookie {
  return new OwnCookie(issuer, 'postern_self');
}

/** The cookie that binds a sign-in to the browser that began it. */
export function signInCookie(issuer: string): OwnCookie {
  return new OwnCookie(issuer, 'postern_self_begun');
}
