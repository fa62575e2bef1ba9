import Router from '@koa/router';

/**
 * `/healthz`: the process answers. `/readyz`: it can serve requests, too; 503 when `assertReady` throws AppError
 * `unavailable` or the database does not answer.
 */
export function healthRoutes(assertReady: () => Promise<void>): Router {
  const router = new Router();
  router.get('/healthz', (ctx) => {
    ctx.body = { status: 'ok' };
  });
  router.get('/readyz', async (ctx) => {
    await assertReady();
    ctx.body = { status: 'ok' };
  });
  return router;
}
