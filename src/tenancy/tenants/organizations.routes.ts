import Router from '@koa/router';
import type { AccessService } from '../access/access.service.js';
import type { AdminState } from '../admin-tokens/verify-admin-token.js';
import { enterOrganization, ORGANIZATION, ORGANIZATIONS, PATCH_TYPES } from '../access/admin-paths.js';
import { toSnake } from '../../platform/wire/snake-case.js';
import { readJson } from '../../platform/http/http.js';
import { readListParameters } from '../../platform/paging/query.js';
import type { Organization, OrganizationsService } from './organizations.service.js';

const BODY_LIMIT = 16 * 1024;

/** What the routes of organizations need. `issuer` is the origin of the URLs they hand out. */
export interface OrganizationRoutesDependencies {
  issuer: string;
  access: AccessService;
  organizations: OrganizationsService;
}

/** The operators' door to organizations: owners of the installation make them, their own owners change them. */
export function organizationRoutes({
  issuer,
  access,
  organizations,
}: OrganizationRoutesDependencies): Router<AdminState> {
  const router = new Router<AdminState>();
  const wireOf = (record: Organization) => ({
    ...toSnake(record),
    url: `${issuer}${ORGANIZATIONS}/${record.id}`,
  });

  router.get(ORGANIZATIONS, async (ctx) => {
    const reach = await access.visibleTenants(ctx.state.caller);
    const { limit, cursor } = readListParameters(ctx.query);
    const { data, nextCursor } = await organizations.list(reach, limit, cursor);
    ctx.body = { data: data.map(wireOf), next_cursor: nextCursor };
  });

  router.post(ORGANIZATIONS, async (ctx) => {
    await access.authorizeInstallation(ctx.state.caller, 'tenants.write');
    const wire = wireOf(await organizations.create(ctx.state.actor, await readJson(ctx, BODY_LIMIT)));
    ctx.status = 201;
    ctx.set('Location', wire.url);
    ctx.body = wire;
  });

  router.get(ORGANIZATION, async (ctx) => {
    const { orgId } = await enterOrganization(access, ctx, 'tenants.visit');
    ctx.body = wireOf(await organizations.get(orgId));
  });

  router.patch(ORGANIZATION, async (ctx) => {
    const { orgId } = await enterOrganization(access, ctx, 'tenants.write');
    const patch = await readJson(ctx, BODY_LIMIT, PATCH_TYPES);
    ctx.body = wireOf(await organizations.update(ctx.state.actor, orgId, patch));
  });

  router.delete(ORGANIZATION, async (ctx) => {
    const { orgId } = await enterOrganization(access, ctx, 'tenants.write');
    await organizations.delete(ctx.state.actor, orgId);
    ctx.status = 204;
  });

  return router;
}
