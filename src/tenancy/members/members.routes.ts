import Router from '@koa/router';
import type { AccessService } from '../access/access.service.js';
import type { AdminState } from '../admin-tokens/verify-admin-token.js';
import {
  type AdminContext,
  enterOrganization,
  enterProject,
  ORGANIZATION,
  PATCH_TYPES,
  PROJECT,
} from '../access/admin-paths.js';
import { toSnake } from '../../platform/wire/snake-case.js';
import { notFound } from '../../platform/errors/errors.js';
import { readJson } from '../../platform/http/http.js';
import { readListParameters } from '../../platform/paging/query.js';
import { type Member, type MembersService } from './members.service.js';
import { INSTALLATION_TENANT, type Tenant } from '../tenants/tenant.js';

const BODY_LIMIT = 16 * 1024;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What the routes of members need. `issuer` is the origin of the URLs they hand out. */
export interface MemberRoutesDependencies {
  issuer: string;
  access: AccessService;
  members: MembersService;
}

type Enter = (ctx: AdminContext, permission: 'tenants.read' | 'tenants.write') => Promise<Tenant>;

/** The operators' door to who has which role: in a project, in an organization, in the whole installation. */
export function memberRoutes({ issuer, access, members }: MemberRoutesDependencies): Router<AdminState> {
  const router = new Router<AdminState>();
  const wireOf = (record: Member) => ({ ...toSnake(record), url: urlOf(issuer, record) });

  serve('/admin/v1/members', async ({ state }, permission) => {
    await access.authorizeInstallation(state.caller, permission);
    return INSTALLATION_TENANT;
  });
  serve(`${ORGANIZATION}/members`, (ctx, permission) => enterOrganization(access, ctx, permission));
  serve(`${PROJECT}/members`, (ctx, permission) => enterProject(access, ctx, permission));

  function serve(collection: string, enter: Enter): void {
    router.get(collection, async (ctx) => {
      const level = await enter(ctx, 'tenants.read');
      const { limit, cursor } = readListParameters(ctx.query);
      const { data, nextCursor } = await members.list(level, limit, cursor);
      ctx.body = { data: data.map(wireOf), next_cursor: nextCursor };
    });

    router.post(collection, async (ctx) => {
      const level = await enter(ctx, 'tenants.write');
      const wire = wireOf(await members.add(ctx.state.actor, level, await readJson(ctx, BODY_LIMIT)));
      ctx.status = 201;
      ctx.set('Location', wire.url);
      ctx.body = wire;
    });

    router.get(`${collection}/:member`, async (ctx) => {
      ctx.body = wireOf(await members.get(await enter(ctx, 'tenants.read'), idOf(ctx)));
    });

    router.patch(`${collection}/:member`, async (ctx) => {
      const level = await enter(ctx, 'tenants.write');
      const patch = await readJson(ctx, BODY_LIMIT, PATCH_TYPES);
      ctx.body = wireOf(await members.update(ctx.state.actor, level, idOf(ctx), patch));
    });

    router.delete(`${collection}/:member`, async (ctx) => {
      await members.remove(ctx.state.actor, await enter(ctx, 'tenants.write'), idOf(ctx));
      ctx.status = 204;
    });
  }

  return router;
}

function urlOf(issuer: string, { id, orgId, projectId }: Member): string {
  const org = orgId === null ? '' : `/orgs/${orgId}`;
  const project = projectId === null ? '' : `/projects/${projectId}`;
  return `${issuer}/admin/v1${org}${project}/members/${id}`;
}

function idOf({ params }: AdminContext): string {
  const id = params['member'] ?? '';
  if (!UUID.test(id)) throw notFound('member');
  return id.toLowerCase();
}
