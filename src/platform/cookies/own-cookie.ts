import type Koa from 'koa';

/** Of a cookie: where the browser sends it, and for how many seconds it keeps it; without them to all pages, until it ends. */
export interface CookieScope {
  path?: string;
  maxAge?: number;
}

/**
 * A cookie of our own pages, which scripts cannot read. With https its name has the prefix `__Host-`, so that no other host
 * can set it, or `__Secure-` where it is for one path (RFC 6265bis section 4.1.3).
 */
export class OwnCookie {
  readonly #name: string;
  readonly #secure: boolean;
  readonly #options: { path: string; maxAge?: number };

  constructor(issuer: string, name: string, { path = '/', maxAge }: CookieScope = {}) {
    this.#secure = issuer.startsWith('https:');
    const prefix = path === '/' ? '__Host-' : '__Secure-';
    this.#name = this.#secure ? `${prefix}${name}` : name;
    this.#options = { path, ...(maxAge !== undefined && { maxAge: maxAge * 1_000 }) };
  }

  read({ cookies }: Pick<Koa.Context, 'cookies'>): string | undefined {
    // The engine's contexts would look for a signature.
    return cookies.get(this.#name, { signed: false });
  }

  /** Null removes it. */
  write({ cookies }: Pick<Koa.Context, 'cookies'>, value: string | null): void {
    // A proxy may have decrypted the connection.
    cookies.secure = this.#secure;
    const options = {
      ...this.#options,
      httpOnly: true,
      sameSite: 'lax',
      secure: this.#secure,
      signed: false,
      overwrite: true,
    } as const;
    cookies.set(this.#name, value, options);
  }
}
