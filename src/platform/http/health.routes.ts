import Router from '@koa/router';

/** `/healthz`: the process runs. `/readyz`: it can serve, that is, the database responds; otherwise 503. */
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
