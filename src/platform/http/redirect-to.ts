import type Koa from 'koa';

/** RFC 9700 section 4.12: 303, so that a browser does not send a form, with a password maybe, again to the target. */
export function redirectTo(ctx: Koa.Context, location: string): void {
  ctx.set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' });
  ctx.status = 303;
  ctx.redirect(location);
}
