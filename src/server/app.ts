import Koa from 'koa';
import { accessLog } from '../platform/http/access-log.js';
import { adminRouter } from '../endpoints/admin/admin.router.js';
import type { Context } from '../context.js';
import { AppError, notFound } from '../platform/errors/errors.js';
import { healthRoutes } from '../platform/http/health.routes.js';
import { type OnUnexpected, problems, requestId } from '../platform/http/http.js';
import { createInteractionRouter } from '../endpoints/interactions/interactions.router.js';
import { ownKeys } from '../platform/keys/own-keys.js';
import { engineRouter } from '../endpoints/oidc/engine.router.js';
import type { Engine } from '../endpoints/oidc/engine.js';
import { sessionCookie } from '../endpoints/oidc/configuration.js';
import type { UsesPlainPkce } from '../endpoints/oidc-patches/plain-pkce.js';
import { ENGINE_ROUTES } from '../platform/http/protocol-paths.js';
import { errorPages, requestIdOf, sendError } from '../platform/pages/error-page.js';
import { registrationRoutes } from '../registry/registration/registration.routes.js';
import { openApiRoutes } from '../endpoints/openapi/openapi.routes.js';
import { describeError } from '../platform/telemetry/telemetry.js';

/** The outer application: what every request passes, and the three doors. */
export function createApp(context: Context, engine: Engine): Koa {
  const { settings, log, pages } = context;
  const onUnexpected: OnUnexpected = (error, ctx) => {
    log.error({ requestId: requestIdOf(ctx), error: describeError(error) }, 'unexpected error');
  };
  const app = new Koa({ proxy: settings.trustedProxies > 0, maxIpsCount: settings.trustedProxies });
  app.on('error', (error: unknown) =>
    log.warn({ error: describeError(error) }, 'a request broke off outside its door'),
  );
  app.use(requestId());
  app.use(accessLog(log));
  app.use(problems(onUnexpected));
  app.use(healthRoutes(() => context.database.ping()).routes());
  if (settings.registration.mode !== 'off') app.use(registrationRoutes(context.registration).routes());
  app.use(limitUserCodes(context, errorPages(pages, onUnexpected)));
  app.use(engineRouter(settings.issuer, engine, usesPlainPkce(context)));
  app.use(createInteractionRouter(context, engine, onUnexpected).routes());
  app.use(openApiRoutes({ issuer: settings.issuer, pages }).routes());
  app.use(
    adminRouter({
      ...context,
      catalogueChanged: () => refreshEngine(context, engine),
      trust: {
        ...context,
        issuer: settings.issuer,
        ownKeys: ownKeys(context.keys),
        outside: settings.adminIssuers,
      },
    }),
  );
  app.use((ctx) => {
    if (ctx.accepts('json', 'html') !== 'html') throw notFound('resource');
    const message = 'There is nothing at this address. Go back to the application you came from.';
    const model = { title: 'Not found', message, code: undefined, description: undefined };
    sendError(ctx, pages, { ...model, requestId: requestIdOf(ctx) }, 404);
  });
  return app;
}

/** Guesses at a device's user code are counted per address (RFC 8628 section 5.1); too many answer as a page. */
function limitUserCodes({ attempts, rateLimits, settings }: Context, asPage: Koa.Middleware): Koa.Middleware {
  return async (ctx, next) => {
    if (ctx.path !== ENGINE_ROUTES.code_verification || ctx.method !== 'POST') {
      await next();
      return;
    }
    await asPage(ctx, async () => {
      await attempts.reserve([rateLimits.userCode(ctx.ip)]);
      // The engine fails on a form without the session that its page began.
      if (!ctx.cookies.get(sessionCookie(settings.issuer)))
        throw new AppError('malformed', 'This page is out of date. Open it again and type the code anew.');
      await next();
    });
  };
}

function usesPlainPkce({ liveClients, settings }: Context): UsesPlainPkce {
  return async (clientId) =>
    settings.allow.plainPkce && (await liveClients.find(clientId))?.record.pkceChallengeMethod === 'plain';
}

/** The change is made by now, so that the answer says so whatever becomes of this; a job tries again soon. */
async function refreshEngine({ log }: Context, engine: Engine): Promise<void> {
  try {
    await engine.refresh();
  } catch (error) {
    log.warn({ error: describeError(error) }, 'the engine could not follow a change of the catalogue yet');
  }
}
