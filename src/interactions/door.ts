import type Router from '@koa/router';
import type { Context } from '../context.js';
import type { Engine } from '../oidc/engine.js';
import { describeError } from '../telemetry.js';
import { FormTokens } from './csrf.js';
import { requestIdOf } from '../pages/error-page.js';
import { InteractionEngine } from './interaction-engine.js';
import { interactionRoutes } from './interactions.routes.js';
import { InteractionsService } from './interactions.service.js';

/** The door for people, on the services of this process. */
export function interactionDoor(
  { accounts, clients, log, pages, scopes, vault }: Context,
  engine: Engine,
): Router {
  return interactionRoutes({
    engine: new InteractionEngine(() => engine.provider),
    service: new InteractionsService(clients, scopes, accounts),
    pages,
    tokens: new FormTokens(vault),
    onUnexpected: (error, ctx) => {
      log.error({ requestId: requestIdOf(ctx), error: describeError(error) }, 'unexpected error');
    },
  });
}
