import Router from '@koa/router';
import type { AccessService } from '../../tenancy/access/access.service.js';
import type { AdminState } from '../../tenancy/admin-tokens/verify-admin-token.js';
import { entityTag, ifMatch, isKnown } from '../../platform/http/entity-tags.js';
import {
  type AdminContext as Context,
  enterProject,
  PATCH_TYPES,
  PROJECT,
} from '../../tenancy/access/admin-paths.js';
import { notFound } from '../../platform/errors/errors.js';
import { readJson } from '../../platform/http/http.js';
import { type ClientRecord, toWire } from '../client-record/client-record.js';
import { toSnake } from '../../platform/wire/snake-case.js';
import type { UsageReportsService } from '../usage-reports/usage-reports.service.js';
import type { ClientSecretsService } from '../client-secrets/client-secrets.service.js';
import type { ClientsService } from './clients.service.js';
import type { DeletedClientsService } from './deleted-clients.service.js';
import { readListQuery } from './list-query.js';
import type { ProjectTenant } from '../../tenancy/tenants/tenant.js';

const COLLECTION = `${PROJECT}/oauth_clients`;
const BODY_LIMIT = 256 * 1024;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What the routes of the registry need. `issuer` is the origin of the URLs they hand out. */
export interface ClientRoutesDependencies {
  issuer: string;
  access: AccessService;
  clients: ClientsService;
  clientSecrets: ClientSecretsService;
  usageReports: UsageReportsService;
  deletedClients: DeletedClientsService;
}

/**
 * The operators' door to the client registry. Records come with a strong ETag; If-Match is honoured wherever one is
 * changed and needed nowhere. Rotating answers 200 with the record and, this once, the secret.
 */
export function clientRoutes({
  issuer,
  access,
  clients,
  clientSecrets,
  usageReports,
  deletedClients,
}: ClientRoutesDependencies): Router<AdminState> {
  const router = new Router<AdminState>();
  const enter = (ctx: Context, permission: 'clients.read' | 'clients.write') =>
    enterProject(access, ctx, permission);
  const enterToChange = async (ctx: Context): Promise<ProjectTenant> => {
    const tenant = await enter(ctx, 'clients.write');
    await access.authorizeClientChange(ctx.state.caller, tenant, idOf(ctx));
    return tenant;
  };
  const send = (ctx: Context, record: ClientRecord, more: object = {}): void => {
    ctx.set('ETag', entityTag(record.version));
    ctx.body = { ...toWire(record, issuer), ...more };
  };

  router.get(COLLECTION, async (ctx) => {
    const tenant = await enter(ctx, 'clients.read');
    const { filter, limit, cursor } = readListQuery(ctx.query);
    const { data, nextCursor } = await clients.list(tenant, filter, limit, cursor);
    ctx.body = { data: data.map((record) => toWire(record, issuer)), next_cursor: nextCursor };
  });

  router.post(COLLECTION, async (ctx) => {
    const tenant = await enter(ctx, 'clients.write');
    const input = await readJson(ctx, BODY_LIMIT);
    await access.authorizeScopes(ctx.state.caller, tenant, listed(input['scopes']));
    const { record, clientSecret } = await clients.create(ctx.state.actor, tenant, input);
    ctx.status = 201;
    ctx.set('Location', toWire(record, issuer).url);
    send(ctx, record, clientSecret === null ? {} : { client_secret: clientSecret });
  });

  router.get(`${COLLECTION}/:id`, async (ctx) => {
    const record = await clients.get(await enter(ctx, 'clients.read'), idOf(ctx));
    const known = isKnown(ctx, record.version);
    send(
      ctx,
      record,
      known ? {} : { usage: toSnake(await usageReports.summary({ clientRowId: record.id })) },
    );
    if (known) ctx.status = 304;
  });

  router.patch(`${COLLECTION}/:id`, async (ctx) => {
    const tenant = await enterToChange(ctx);
    const id = idOf(ctx);
    const patch = await readJson(ctx, BODY_LIMIT, PATCH_TYPES);
    await access.authorizeScopes(ctx.state.caller, tenant, listed(patch['scopes']));
    send(ctx, await clients.update(ctx.state.actor, tenant, id, patch, { ifMatch: ifMatch(ctx) }));
  });

  router.delete(`${COLLECTION}/:id`, async (ctx) => {
    await clients.delete(ctx.state.actor, await enterToChange(ctx), idOf(ctx), { ifMatch: ifMatch(ctx) });
    ctx.status = 204;
  });

  router.post(`${COLLECTION}/:id/restore`, async (ctx) => {
    const tenant = await enterToChange(ctx);
    send(ctx, await deletedClients.restore(ctx.state.actor, tenant, idOf(ctx), ifMatch(ctx)));
  });

  router.post(`${COLLECTION}/:id/rotate_secret`, async (ctx) => {
    const tenant = await enterToChange(ctx);
    const { record, clientSecret } = await clientSecrets.rotateSecret(
      ctx.state.actor,
      tenant,
      idOf(ctx),
      ifMatch(ctx),
    );
    send(ctx, record, { client_secret: clientSecret });
  });

  router.delete(`${COLLECTION}/:id/rotate_secret`, async (ctx) => {
    const tenant = await enterToChange(ctx);
    const record = await clientSecrets.deleteRotatedSecret(ctx.state.actor, tenant, idOf(ctx), ifMatch(ctx));
    ctx.set('ETag', entityTag(record.version));
    ctx.status = 204;
  });

  return router;
}

function idOf({ params }: Context): string {
  const id = params['id'] ?? '';
  if (!UUID.test(id)) throw notFound('client');
  return id.toLowerCase();
}

function listed(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
