import { TRUST_SECONDS } from '../../identity/second-factors/trusted-browsers.service.js';
import { OwnCookie } from '../../platform/cookies/own-cookie.js';

/** The cookie of browsers in which a person is not asked for a second factor. */
export function trustCookie(issuer: string): OwnCookie {
  return new OwnCookie(issuer, 'postern_trusted', { maxAge: TRUST_SECONDS });
}
