import Koa from 'koa';
import { accessLog } from './access-log.js';
import { adminRouter } from './admin/admin.router.js';
import type { Context } from './context.js';
import { healthRoutes } from './health.routes.js';
import { problems, requestId } from './http.js';
import { interactionDoor } from './interactions/door.js';
import { ownKeys } from './keys/own-keys.js';
import { networkOf } from './attempts/network.js';
import { engineRouter } from './oidc/engine.router.js';
import type { Engine } from './oidc/engine.js';
import { registrationRoutes } from './registration/registration.routes.js';
import { describeError } from './telemetry.js';

const USER_CODE_WINDOW_SECONDS = 15 * 60;

/** The outer application: what every request passes, and the three doors. */
export function createApp(context: Context, engine: Engine): Koa {
  const { settings, log } = context;
  const app = new Koa({ proxy: settings.trustedProxies > 0, maxIpsCount: settings.trustedProxies });
  app.on('error', (error: unknown) =>
    log.error({ error: describeError(error) }, 'a request failed outside its door'),
  );
  app.use(requestId());
  app.use(accessLog(log));
  app.use(
    problems((error, ctx) => {
      log.error(
        { requestId: ctx.state.requestId as string, error: describeError(error) },
        'unexpected error',
      );
    }),
  );
  app.use(healthRoutes(() => context.database.ping()).routes());
  if (settings.registration.mode !== 'off') app.use(registrationRoutes(context.registration).routes());
  app.use(engineRouter(settings.issuer, engine, (address) => countUserCode(context, address)));
  app.use(interactionDoor(context, engine).routes());
  app.use(
    adminRouter({
      ...context,
      trust: {
        ...context,
        issuer: settings.issuer,
        ownKeys: ownKeys(context.keys),
        outside: settings.adminIssuers,
      },
    }),
  );
  return app;
}

function countUserCode({ attempts, settings }: Context, address: string): Promise<void> {
  const key = `user code ${networkOf(address)}`;
  return attempts.reserve([
    { key, limit: settings.attempts.userCode, windowSeconds: USER_CODE_WINDOW_SECONDS },
  ]);
}
