import Router from '@koa/router';
import { notFound } from '../../platform/errors/errors.js';
import { METADATA_PATHS } from '../../platform/http/protocol-paths.js';
import { sendPage } from '../../platform/pages/page-headers.js';
import type { Pages } from '../../platform/pages/pages.js';
import { version } from '../../platform/telemetry/version.js';

const YEAR_SECONDS = 31_536_000;
const DAY_SECONDS = 86_400;

/**
 * What a browser asks of any site: the start page, stylesheets and scripts, the icon, and where to change a password
 * (W3C, "A Well-Known URL for Changing Passwords").
 */
export function siteRoutes(issuer: string, pages: Pages, hasConsole: boolean): Router {
  const router = new Router();
  const consoleUrl = hasConsole ? '/console' : undefined;
  const page = pages.render('home', { issuer, version: version(), metadata: METADATA_PATHS, consoleUrl });

  router.get('/', (ctx) => sendPage(ctx, page));

  router.get('/assets/:file', (ctx) => {
    const asset = pages.assets.find(ctx.path);
    if (!asset) throw notFound('asset');
    const isNewest = asset.path === ctx.path;
    ctx.set({
      'Cache-Control': isNewest ? `public, max-age=${String(YEAR_SECONDS)}, immutable` : 'no-store',
      'Cross-Origin-Resource-Policy': 'same-origin',
      'X-Content-Type-Options': 'nosniff',
    });
    ctx.type = asset.type;
    ctx.body = asset.content;
  });

  router.get('/favicon.ico', (ctx) => {
    ctx.set({
      'Cache-Control': `public, max-age=${String(DAY_SECONDS)}`,
      'Cross-Origin-Resource-Policy': 'same-origin',
      'X-Content-Type-Options': 'nosniff',
    });
    ctx.type = 'image/x-icon';
    ctx.body = pages.icon;
  });

  router.get('/.well-known/change-password', (ctx) => {
    ctx.status = 303;
    ctx.set('Cache-Control', 'no-store');
    ctx.redirect('/account/security/password');
  });

  return router;
}
