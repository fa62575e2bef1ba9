import Router, { type RouterMiddleware } from '@koa/router';
import { type AdminState, requireScope } from '../admin/admin.auth.js';
import { entityTag, ifMatch, isKnown } from '../admin/entity-tags.js';
import { notFound } from '../errors.js';
import { readJson } from '../http.js';
import type { Tenant, TenantsService } from '../tenants/tenants.service.js';
import { type ClientRecord, toWire } from '../client-record/client-record.js';
import type { ClientSecretsService } from './client-secrets.service.js';
import type { ClientsService } from './clients.service.js';
import type { DeletedClientsService } from './deleted-clients.service.js';
import { readListQuery } from './list-query.js';

const COLLECTION = '/admin/v1/orgs/:org/projects/:project/oauth_clients';
const BODY_LIMIT = 256 * 1024;
const PATCH_TYPES = ['application/merge-patch+json', 'application/json'];
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What the routes of the registry need. `issuer` is the origin of the URLs they hand out. */
export interface ClientRoutesDependencies {
  issuer: string;
  tenants: TenantsService;
  clients: ClientsService;
  clientSecrets: ClientSecretsService;
  deletedClients: DeletedClientsService;
}

type Handler = RouterMiddleware<AdminState>;
type Context = Parameters<Handler>[0];

/**
 * The operators' door to the client registry. Records come with a strong ETag; If-Match is honoured wherever one is
 * changed and needed nowhere. Rotating answers 200 with the record and, this once, the secret.
 */
export function clientRoutes({
  issuer,
  tenants,
  clients,
  clientSecrets,
  deletedClients,
}: ClientRoutesDependencies): Router<AdminState> {
  const router = new Router<AdminState>();
  const read = requireScope('clients.read');
  const write = requireScope('clients.write');
  const tenantOf = ({ params }: Context): Promise<Tenant> =>
    tenants.resolve(params['org'] ?? '', params['project'] ?? '');
  const send = (ctx: Context, record: ClientRecord, more: object = {}): void => {
    ctx.set('ETag', entityTag(record.version));
    ctx.body = { ...toWire(record, issuer), ...more };
  };

  router.get(COLLECTION, read, async (ctx) => {
    const { filter, limit, cursor } = readListQuery(ctx.query);
    const { data, nextCursor } = await clients.list(await tenantOf(ctx), filter, limit, cursor);
    ctx.body = { data: data.map((record) => toWire(record, issuer)), next_cursor: nextCursor };
  });

  router.post(COLLECTION, write, async (ctx) => {
    const tenant = await tenantOf(ctx);
    const { record, clientSecret } = await clients.create(
      ctx.state.actor,
      tenant,
      await readJson(ctx, BODY_LIMIT),
    );
    ctx.status = 201;
    ctx.set('Location', toWire(record, issuer).url);
    send(ctx, record, clientSecret === null ? {} : { client_secret: clientSecret });
  });

  router.get(`${COLLECTION}/:id`, read, async (ctx) => {
    const record = await clients.get(await tenantOf(ctx), idOf(ctx));
    send(ctx, record);
    if (isKnown(ctx, record.version)) ctx.status = 304;
  });

  router.patch(`${COLLECTION}/:id`, write, async (ctx) => {
    const tenant = await tenantOf(ctx);
    const id = idOf(ctx);
    const patch = await readJson(ctx, BODY_LIMIT, PATCH_TYPES);
    send(ctx, await clients.update(ctx.state.actor, tenant, id, patch, ifMatch(ctx)));
  });

  router.delete(`${COLLECTION}/:id`, write, async (ctx) => {
    await clients.delete(ctx.state.actor, await tenantOf(ctx), idOf(ctx), ifMatch(ctx));
    ctx.status = 204;
  });

  router.post(`${COLLECTION}/:id/restore`, write, async (ctx) => {
    const tenant = await tenantOf(ctx);
    send(ctx, await deletedClients.restore(ctx.state.actor, tenant, idOf(ctx), ifMatch(ctx)));
  });

  router.post(`${COLLECTION}/:id/rotate_secret`, write, async (ctx) => {
    const tenant = await tenantOf(ctx);
    const { record, clientSecret } = await clientSecrets.rotateSecret(
      ctx.state.actor,
      tenant,
      idOf(ctx),
      ifMatch(ctx),
    );
    send(ctx, record, { client_secret: clientSecret });
  });

  router.delete(`${COLLECTION}/:id/rotate_secret`, write, async (ctx) => {
    const tenant = await tenantOf(ctx);
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
