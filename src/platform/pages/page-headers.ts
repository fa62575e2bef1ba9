import { createHash } from 'node:crypto';
import type Koa from 'koa';

/** The document of a page, and whether scripts of this origin run on it. */
export interface RenderedPage {
  html: string;
  hasIslands: boolean;
}

/** What a page needs beyond its own assets and forms to its own origin. */
export interface PageNeeds {
  status?: number;
  /**
   * Whether an answer to a form leads to a relying party. Chromium applies `form-action` to every redirect after the POST,
   * also to those of the relying party to other origins and apps, which cannot be listed; so such a page has none.
   */
  leavesSite?: boolean;
  /** The only inline script of a page without islands. */
  inlineScript?: string;
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

const ISLANDS = [
  "script-src 'self'",
  "connect-src 'self'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
];

/**
 * The policy of a page: nothing of another origin, no framing, and no script unless it has islands. These come from this
 * origin only, and cannot turn a string into markup or a script (Trusted Types).
 */
function contentSecurityPolicy({ hasIslands }: RenderedPage, needs: PageNeeds): string {
  return [
    "default-src 'none'",
    "style-src 'self'",
    ...(hasIslands ? ISLANDS : []),
    ...(needs.inlineScript === undefined ? [] : [`script-src '${sourceHash(needs.inlineScript)}'`]),
    // Logos, and the icon, to which browsers apply it, too.
    "img-src 'self'",
    ...(needs.leavesSite ? [] : ["form-action 'self'"]),
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');
}

/** Responds with a page and the headers that it must have. Without `needs.status` the status is not changed. */
export function sendPage(ctx: PageContext, page: RenderedPage, needs: PageNeeds = {}): void {
  ctx.set({ ...FIXED, 'Content-Security-Policy': contentSecurityPolicy(page, needs) });
  if (needs.status !== undefined) ctx.status = needs.status;
  ctx.type = 'html';
  ctx.body = page.html;
}

/** Content Security Policy Level 3, section 2.3.1. */
function sourceHash(script: string): string {
  return `sha256-${createHash('sha256').update(script).digest('base64')}`;
}

/** RFC 9700 section 4.12: 303, so that a browser does not send a form, with a password maybe, again to the target. */
export function redirectTo(ctx: Koa.Context, location: string): void {
  ctx.set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' });
  ctx.status = 303;
  ctx.redirect(location);
}
