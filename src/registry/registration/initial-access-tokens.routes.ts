import Router from '@koa/router';
import type { AccessService } from '../../tenancy/access/access.service.js';
import type { AdminState } from '../../tenancy/admin-tokens/verify-admin-token.js';
import { enterProject, PROJECT } from '../../tenancy/access/admin-paths.js';
import { notFound } from '../../platform/errors/errors.js';
import { readJson } from '../../platform/http/body.js';
import { type InitialAccessToken, type InitialAccessTokensService } from './initial-access-tokens.service.js';

const COLLECTION = `${PROJECT}/initial_access_tokens`;
const BODY_LIMIT = 10_000;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What these routes need. */
export interface InitialAccessTokenRoutesDependencies {
  access: AccessService;
  initialAccessTokens: InitialAccessTokensService;
}

/** Where operators make the tokens that let others register clients in a project, and take them back. */
export function initialAccessTokenRoutes({
  access,
  initialAccessTokens,
}: InitialAccessTokenRoutesDependencies): Router<AdminState> {
  const router = new Router<AdminState>();

  router.post(COLLECTION, async (ctx) => {
    const tenant = await enterProject(access, ctx, 'clients.write');
    const input = await readJson(ctx, BODY_LIMIT);
    const token = await initialAccessTokens.create(ctx.state.actor, tenant, input);
    ctx.status = 201;
    ctx.body = tokenToWire(token);
  });

  router.delete(`${COLLECTION}/:id`, async (ctx) => {
    const tenant = await enterProject(access, ctx, 'clients.write');
    const id = ctx.params['id'] ?? '';
    if (!UUID.test(id)) throw notFound('initial access token');
    await initialAccessTokens.delete(ctx.state.actor, tenant, id);
    ctx.status = 204;
  });

  return router;
}

/** The token as it is shown, this once, to whoever made it. */
export function tokenToWire(token: InitialAccessToken & { value: string }) {
  return {
    id: token.id,
    org_id: token.orgId,
    project_id: token.projectId,
    initial_access_token: token.value,
    max_uses: token.maxUses,
    created_at: token.createdAt,
    expires_at: token.expiresAt,
  };
}
