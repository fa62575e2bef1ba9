import Router from '@koa/router';

/** `/healthz`: the process answers. `/readyz`: and it can serve, that is, the database answers; else 503. */
export function healthRoutes(ready: () => Promise<void>): Router {
  const router = new Router();
  router.get('/healthz', (ctx) => {
    ctx.body = { status: 'ok' };
  });
  router.get('/readyz', async (ctx) => {
    await ready();
    ctx.body = { status: 'ok' };
  });
  return router;
}
