import Router from '@koa/router';
import type { AccessService } from '../access/access.service.js';
import type { AdminState } from '../admin-tokens/verify-admin-token.js';
import { enterOrganization, enterProject, PATCH_TYPES, PROJECT, PROJECTS } from '../access/admin-paths.js';
import { toSnake } from '../../platform/wire/snake-case.js';
import { readJson } from '../../platform/http/http.js';
import { readListParameters } from '../../platform/paging/query.js';
import type { Project, ProjectsService } from './projects.service.js';

const BODY_LIMIT = 16 * 1024;

/** What the routes of projects need. `issuer` is the origin of the URLs they hand out. */
export interface ProjectRoutesDependencies {
  issuer: string;
  access: AccessService;
  projects: ProjectsService;
}

/** The operators' door to projects. Whoever has a role in some of an organization's projects sees those. */
export function projectRoutes({ issuer, access, projects }: ProjectRoutesDependencies): Router<AdminState> {
  const router = new Router<AdminState>();
  const wireOf = (record: Project) => ({
    ...toSnake(record),
    url: `${issuer}/admin/v1/orgs/${record.orgId}/projects/${record.id}`,
  });

  router.get(PROJECTS, async (ctx) => {
    const org = await enterOrganization(access, ctx, 'tenants.visit');
    const reach = await access.visibleTenants(ctx.state.caller);
    const { limit, cursor } = readListParameters(ctx.query);
    const { data, nextCursor } = await projects.list(org, reach, limit, cursor);
    ctx.body = { data: data.map(wireOf), next_cursor: nextCursor };
  });

  router.post(PROJECTS, async (ctx) => {
    const org = await enterOrganization(access, ctx, 'tenants.write');
    const wire = wireOf(await projects.create(ctx.state.actor, org, await readJson(ctx, BODY_LIMIT)));
    ctx.status = 201;
    ctx.set('Location', wire.url);
    ctx.body = wire;
  });

  router.get(PROJECT, async (ctx) => {
    ctx.body = wireOf(await projects.get(await enterProject(access, ctx, 'tenants.read')));
  });

  router.patch(PROJECT, async (ctx) => {
    const tenant = await enterProject(access, ctx, 'tenants.write');
    const patch = await readJson(ctx, BODY_LIMIT, PATCH_TYPES);
    ctx.body = wireOf(await projects.update(ctx.state.actor, tenant, patch));
  });

  router.delete(PROJECT, async (ctx) => {
    await projects.delete(ctx.state.actor, await enterProject(access, ctx, 'tenants.write'));
    ctx.status = 204;
  });

  return router;
}
