import type Koa from 'koa';

/**
 * A host-only cookie; with https it has the prefix `__Host-`, so that no other host can set it (RFC 6265bis section
 * 4.1.3.2).
 */
export class OwnCookie {
  readonly #name: string;
  readonly #secure: boolean;

  constructor(issuer: string, name: string) {
    this.#secure = issuer.startsWith('https:');
    this.#name = this.#secure ? `__Host-${name}` : name;
  }

  read(ctx: Koa.Context): string | undefined {
    return ctx.cookies.get(this.#name);
  }

  /** Until the browser ends; null removes it. */
  write(ctx: Koa.Context, value: string | null): void {
    // A proxy may have decrypted the connection.
    ctx.cookies.secure = this.#secure;
    const options = {
      httpOnly: true,
      sameSite: 'lax',
      path: '/',
      secure: this.#secure,
      overwrite: true,
    } as const;
    ctx.cookies.set(this.#name, value, options);
  }
}

/** The cookie of a session at our own pages. */
export function ownSessionCookie(issuer: string): OwnCookie {
  return new OwnCookie(issuer, 'postern_self');
}

/** The cookie that binds a sign-in to the browser that began it. */
export function signInCookie(issuer: string): OwnCookie {
  return new OwnCookie(issuer, 'postern_self_begun');
}
