import type Router from '@koa/router';
import type { Context } from '../../context.js';
import type { OnUnexpected } from '../../platform/http/problem-details.js';
import type { Engine } from '../oidc/engine.js';
import { FormTokens } from '../../platform/pages/form-tokens.js';
import { endingPages } from './ending-pages.js';
import { InteractionEngine } from '../oidc-interactions/interaction-engine.js';
import { logoRoutes } from './logo.routes.js';
import { interactionRoutes } from './interactions.routes.js';
import { InteractionsService } from './interactions.service.js';

/** The router of the pages between an authorization request and its response. */
export function createInteractionRouter(
  { accountEvents, accounts, clientPages, logos, pages, passwordSignIn, scopes, settings, vault }: Context,
  engine: Engine,
  onUnexpected: OnUnexpected,
): Router {
  const router = interactionRoutes({
    engine: new InteractionEngine(() => engine.provider),
    service: new InteractionsService(clientPages, scopes, accounts, passwordSignIn, accountEvents),
    pages,
    tokens: new FormTokens(vault),
    issuer: settings.issuer,
    endings: endingPages(pages, clientPages, settings.issuer),
    onUnexpected,
  });
  router.use(logoRoutes(logos).routes());
  return router;
}
