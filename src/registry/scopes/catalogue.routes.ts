import Router, { type RouterMiddleware } from '@koa/router';
import type { AccessService } from '../../tenancy/access/access.service.js';
import type { AdminState } from '../../tenancy/admin-tokens/verify-admin-token.js';
import { entityTag, ifMatch, isKnown } from '../../platform/http/entity-tags.js';
import { PATCH_TYPES } from '../../tenancy/access/admin-paths.js';
import { notFound } from '../../platform/errors/errors.js';
import { readJson } from '../../platform/http/http.js';
import { oneOf, readListParameters, text } from '../../platform/paging/query.js';
import { type ApiRecord, apiToWire } from '../apis/api-record.js';
import type { ApisService } from '../apis/apis.service.js';
import type { CatalogueService } from './catalogue.service.js';
import { type ScopeRecord, scopeToWire } from './scope-record.js';

const SCOPES = '/admin/v1/scopes';
const APIS = '/admin/v1/apis';
const BODY_LIMIT = 64 * 1024;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What each filter of the list of scopes may be. */
export const SCOPE_FILTERS = { category: text, api_id: uuid, retired: oneOf(['true', 'false']) };

/** What the routes of the catalogue need. `issuer` is the origin of the URLs they hand out. */
export interface CatalogueRoutesDependencies {
  issuer: string;
  access: AccessService;
  catalogue: CatalogueService;
  apis: ApisService;
  /** Called after every change and awaited before the answer, so that the next request here meets it. */
  catalogueChanged(): Promise<void>;
}

type Handler = RouterMiddleware<AdminState>;
type Context = Parameters<Handler>[0];

/** The operators' door to scopes and APIs. Whoever has a token may read them; `write` alone decides who may change them. */
export function catalogueRoutes(deps: CatalogueRoutesDependencies): Router<AdminState> {
  const router = new Router<AdminState>();
  const write: Handler[] = [
    async (ctx, next) => {
      await deps.access.authorizeInstallation(ctx.state.caller, 'catalogue.write');
      await next();
      await deps.catalogueChanged();
    },
  ];
  addScopes(router, deps, write);
  addApis(router, deps, write);
  return router;
}

function addScopes(router: Router<AdminState>, deps: CatalogueRoutesDependencies, write: Handler[]): void {
  const { catalogue, issuer } = deps;
  const send = (ctx: Context, record: ScopeRecord): void => {
    ctx.set('ETag', entityTag(record.version));
    ctx.body = scopeToWire(record, issuer);
  };

  router.get(SCOPES, async (ctx) => {
    const { cursor, limit, values } = readListParameters(ctx.query, SCOPE_FILTERS);
    const [category, apiId, retired] = ['category', 'api_id', 'retired'].map((name) => values.get(name));
    const filter = {
      ...(category === undefined ? {} : { category }),
      ...(apiId === undefined ? {} : { apiId }),
      ...(retired === undefined ? {} : { retired: retired === 'true' }),
    };
    const { data, nextCursor } = await catalogue.list(filter, limit, cursor);
    ctx.body = { data: data.map((record) => scopeToWire(record, issuer)), next_cursor: nextCursor };
  });

  router.post(SCOPES, ...write, async (ctx) => {
    const record = await catalogue.create(ctx.state.actor, await readJson(ctx, BODY_LIMIT));
    ctx.status = 201;
    ctx.set('Location', scopeToWire(record, issuer).url);
    send(ctx, record);
  });

  router.get(`${SCOPES}/:name`, async (ctx) => {
    const record = await catalogue.get(nameOf(ctx));
    send(ctx, record);
    if (isKnown(ctx, record.version)) ctx.status = 304;
  });

  router.patch(`${SCOPES}/:name`, ...write, async (ctx) => {
    const patch = await readJson(ctx, BODY_LIMIT, PATCH_TYPES);
    send(ctx, await catalogue.update(ctx.state.actor, nameOf(ctx), patch, ifMatch(ctx)));
  });

  router.delete(`${SCOPES}/:name`, ...write, async (ctx) => {
    await catalogue.delete(ctx.state.actor, nameOf(ctx), ifMatch(ctx));
    ctx.status = 204;
  });
}

function addApis(router: Router<AdminState>, deps: CatalogueRoutesDependencies, write: Handler[]): void {
  const { apis, issuer } = deps;
  const send = (ctx: Context, record: ApiRecord): void => {
    ctx.set('ETag', entityTag(record.version));
    ctx.body = apiToWire(record, issuer);
  };

  router.get(APIS, async (ctx) => {
    const { cursor, limit } = readListParameters(ctx.query);
    const { data, nextCursor } = await apis.list(limit, cursor);
    ctx.body = { data: data.map((record) => apiToWire(record, issuer)), next_cursor: nextCursor };
  });

  router.post(APIS, ...write, async (ctx) => {
    const record = await apis.create(ctx.state.actor, await readJson(ctx, BODY_LIMIT));
    ctx.status = 201;
    ctx.set('Location', apiToWire(record, issuer).url);
    send(ctx, record);
  });

  router.get(`${APIS}/:id`, async (ctx) => {
    const record = await apis.get(idOf(ctx));
    send(ctx, record);
    if (isKnown(ctx, record.version)) ctx.status = 304;
  });

  router.patch(`${APIS}/:id`, ...write, async (ctx) => {
    const patch = await readJson(ctx, BODY_LIMIT, PATCH_TYPES);
    send(ctx, await apis.update(ctx.state.actor, idOf(ctx), patch, ifMatch(ctx)));
  });

  router.delete(`${APIS}/:id`, ...write, async (ctx) => {
    await apis.delete(ctx.state.actor, idOf(ctx), ifMatch(ctx));
    ctx.status = 204;
  });
}

function uuid(value: string): string | undefined {
  return UUID.test(value) ? undefined : 'Send the id of an API.';
}

function nameOf({ params }: Context): string {
  const name = params['name'] ?? '';
  if (!/^[A-Za-z0-9_.-]{1,128}$/.test(name)) throw notFound('scope');
  return name;
}

function idOf({ params }: Context): string {
  const id = (params['id'] ?? '').toLowerCase();
  if (!UUID.test(id)) throw notFound('API');
  return id;
}
