import { TRUST_SECONDS } from '../../identity/second-factors/trusted-browsers.service.js';

interface Cookies {
  secure: boolean;
  get(name: string, options?: { signed?: boolean }): string | undefined;
  set(name: string, value: string | null, options?: object): unknown;
}

/**
 * The cookie of browsers in which a person is not asked for a second factor, by the names of issuers with and without
 * TLS.
 */
export function trustCookie(issuer: string) {
  const secure = issuer.startsWith('https:');
  const name = secure ? '__Host-postern_trusted' : 'postern_trusted';
  return {
    read: ({ cookies }: { cookies: Pick<Cookies, 'get'> }) => cookies.get(name, { signed: false }),
    write: ({ cookies }: { cookies: Pick<Cookies, 'secure' | 'set'> }, token: string) => {
      // A proxy may have decrypted the connection.
      cookies.secure = secure;
      const maxAge = TRUST_SECONDS * 1_000;
      const options = { httpOnly: true, sameSite: 'lax', path: '/', secure, maxAge, signed: false };
      cookies.set(name, token, { ...options, overwrite: true });
    },
  };
}
