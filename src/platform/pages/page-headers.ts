/** What a page needs beyond its own stylesheet and forms to its own origin. */
export interface PageNeeds {
  status?: number;
  /**
   * Whether an answer to a form leads to a relying party. Chromium applies `form-action` to every redirect after the POST,
   * also to those of the relying party to other origins and apps, which cannot be listed; so such a page has none.
   */
  leavesSite?: boolean;
}

/** The part of a Koa context that sending a page needs; the engine's contexts have it too. */
export interface PageContext {
  status: number;
  type: string;
  body: unknown;
  set(headers: Record<string, string>): void;
}

const FIXED = {
  'Cache-Control': 'no-store',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy':
    'accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()',
  // Forms carry a token of their own, so that nothing depends on the Origin header, which this policy empties.
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

/** The policy of a page: no script at all, nothing of another origin, no framing. */
export function contentSecurityPolicy(needs: PageNeeds): string {
  return [
    "default-src 'none'",
    "style-src 'self'",
    // Logos, and the icon, to which browsers apply it, too.
    "img-src 'self'",
    ...(needs.leavesSite ? [] : ["form-action 'self'"]),
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');
}

/** Responds with a page and the headers that every page must have. Without `needs.status` the status is not changed. */
export function sendPage(ctx: PageContext, html: string, needs: PageNeeds = {}): void {
  ctx.set({ ...FIXED, 'Content-Security-Policy': contentSecurityPolicy(needs) });
  if (needs.status !== undefined) ctx.status = needs.status;
  ctx.type = 'html';
  ctx.body = html;
}
