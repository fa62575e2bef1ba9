import Router from '@koa/router';
import { notFound } from '../../platform/errors/errors.js';
import type { LogosService } from '../../registry/logos/logos.service.js';

/** The logos that pages show, from this origin. */
export function logoRoutes(logos: LogosService): Router {
  const router = new Router();
  router.get('/logos/:clientId/:digest', async (ctx) => {
    const { clientId = '', digest = '' } = ctx.params as { clientId?: string; digest?: string };
    const found = await logos.find(clientId, digest);
    if (!found) throw notFound('logo');
    ctx.set({
      'Cache-Control': `private, max-age=${found.isLogo ? '3600' : '60'}`,
      'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
      'Cross-Origin-Resource-Policy': 'same-origin',
      'X-Content-Type-Options': 'nosniff',
    });
    ctx.type = found.image.type;
    ctx.body = found.image.bytes;
  });
  return router;
}
