import Koa from 'koa';
import type { Context } from '../context.js';
import { adminRouter } from '../endpoints/admin/admin.router.js';
import { makeTokenLookup, withIntrospection } from '../endpoints/introspection/introspection.js';
import { createInteractionRouter } from '../endpoints/interactions/interactions.router.js';
import type { Engine } from '../endpoints/oidc/engine.js';
import { engineRouter } from '../endpoints/oidc/engine.router.js';
import { countAnonymous, limitAnonymousRequests } from '../endpoints/oidc-guards/anonymous-requests.js';
import { protocolErrors } from '../endpoints/oidc-guards/protocol-errors.js';
import { limitUserCodes } from '../endpoints/oidc/user-code-limit.js';
import { redirectPostedRequests } from '../endpoints/oidc-requests/posted-requests.js';
import type { UsesPlainPkce } from '../endpoints/oidc-patches/plain-pkce.js';
import { createMailStepsRouter } from '../endpoints/mail-steps/mail-steps.router.js';
import { withClientTokens } from '../endpoints/client-tokens/client-tokens.js';
import { engineHandler } from '../endpoints/direct-responses/engine.handler.js';
import { withUserinfo } from '../endpoints/userinfo/userinfo.js';
import { ApiReference } from '../endpoints/api-reference/api-reference.js';
import { openApiRoutes } from '../endpoints/openapi/openapi.routes.js';
import { ENGINE_ROUTES } from '../platform/http/protocol-paths.js';
import { notFoundPage } from '../endpoints/site/not-found-page.js';
import { createConsoleRouter } from '../endpoints/console/console.router.js';
import { createAccountRouter } from '../endpoints/account/account.router.js';
import { createOwnSignIn } from '../endpoints/sign-in/own-sign-in.router.js';
import { siteRoutes } from '../endpoints/site/site.routes.js';
import { AppError } from '../platform/errors/errors.js';
import { accessLog } from '../platform/http/access-log.js';
import type { HttpApplication } from '../platform/http/server.js';
import { isHangUp } from '../platform/http/hang-up.js';
import { healthRoutes } from '../platform/http/health.routes.js';
import { type OnUnexpected, problemDetails } from '../platform/http/problem-details.js';
import { requestId } from '../platform/http/request-id.js';
import { ownKeys } from '../platform/keys/own-keys.js';
import { errorPages, requestIdOf } from '../platform/pages/error-page.js';
import { describeError } from '../platform/telemetry/telemetry.js';
import { registrationRoutes } from '../registry/registration/registration.routes.js';
import { engineSubjects } from '../endpoints/oidc-subjects/engine-subjects.js';
import { firstUseOf } from '../../adapters/tokens/first-use.js';
import { reloadEngine } from './reload-engine.js';
import { observed, type RequestObserver } from './telemetry/observed-requests.js';
import { responseTimesObserver } from './telemetry/response-times-observer.js';
import { rememberContext } from './telemetry/request-route.js';

/**
 * The HTTP application: what every request passes, then the entry points for relying parties, people and operators.
 *
 * @param isReady whether `/readyz` may answer 200
 * @param observers what watches the requests
 */
export function createApp(
  context: Context,
  engine: Engine,
  isReady: () => boolean = () => true,
  observers: readonly RequestObserver[] = [],
): HttpApplication {
  const { certificates, settings, log, pages } = context;
  const { issuer } = settings;
  const onUnexpected: OnUnexpected = (error, ctx) => {
    log.error({ requestId: requestIdOf(ctx), error: describeError(error) }, 'unexpected error');
  };
  const app = new Koa({ proxy: settings.trustedProxies > 0, maxIpsCount: settings.trustedProxies });
  app.on('error', (error: unknown) => {
    if (!isHangUp(error)) log.warn({ error: describeError(error) }, 'connection error outside a handler');
  });
  if (observers.length > 0) app.use(rememberContext);
  app.use(requestId());
  app.use(accessLog(log));
  app.use(problemDetails(onUnexpected));
  if (settings.registration.mode !== 'off') app.use(registrationRoutes(context.registration).routes());
  const devicePage = (path: string) => (path === ENGINE_ROUTES.code_verification ? path : undefined);
  app.use(protocolErrors(errorPages(pages, onUnexpected, devicePage), onUnexpected));
  app.use(redirectPostedRequests());
  app.use(limitAnonymousRequests(countAnonymous(context), engine));
  app.use(limitUserCodes(context));
  app.use(engineRouter(settings, engine, usesPlainPkce(context)));
  app.use(healthRoutes(() => assertReady(context, isReady)).routes());
  app.use(siteRoutes(issuer, pages, settings.console).routes());
  app.use(createInteractionRouter(context, engine, onUnexpected).routes());
  app.use(createMailStepsRouter(context, onUnexpected).routes());
  const { ownPages, router } = createOwnSignIn(context, engine, onUnexpected);
  app.use(router.routes());
  app.use(createAccountRouter(context, ownPages, engine, onUnexpected).routes());
  const catalogueChanged = () => reloadEngine(context, engine);
  const reference = new ApiReference(issuer);
  if (settings.console)
    app.use(createConsoleRouter(context, ownPages, { catalogueChanged, reference }, onUnexpected).routes());
  app.use(openApiRoutes({ reference, pages }).routes());
  app.use(
    adminRouter({
      ...context,
      catalogueChanged,
      trust: {
        ...context,
        issuer,
        certificateOrigin: settings.clientCertificates.origin,
        certificateOf: (request) => certificates.of(request),
        ownKeys: ownKeys(context.keys),
        isFirstUse: firstUseOf(context.artifacts),
        ownTokens: makeTokenLookup(context),
        accountOf: engineSubjects(context.liveClients, context.clientSubjects).accountOf,
        outside: settings.adminIssuers,
      },
    }),
  );
  app.use(notFoundPage(pages));
  const { trustedProxies, allow } = settings;
  const direct = engineHandler(
    { log, issuer, trustedProxies, engine, plainPkce: allow.plainPkce },
    app.callback(),
  );
  const clientTokens = withClientTokens(context, engine, direct);
  const introspection = withIntrospection(context, engine, certificates, clientTokens);
  const measured = [responseTimesObserver(context.nodes.responseTimes), ...observers];
  const handle = observed(withUserinfo(context, introspection), measured);
  return { callback: () => handle, isBehindProxy: trustedProxies > 0 };
}

async function assertReady({ database }: Context, isReady: () => boolean): Promise<void> {
  if (!isReady()) throw new AppError('unavailable', 'The server is starting.');
  await database.ping();
}

function usesPlainPkce({ liveClients, settings }: Context): UsesPlainPkce {
  return async (clientId) =>
    settings.allow.plainPkce && (await liveClients.find(clientId))?.record.pkceChallengeMethod === 'plain';
}
