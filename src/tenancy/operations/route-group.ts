import Router from '@koa/router';
import { entityTag, isKnown } from '../../platform/http/entity-tags.js';
import type { AccessService } from '../access/access.service.js';
import type { AdminState } from '../admin-tokens/require-admin-token.js';
import { type AdminContext, type AdminRequest, readAdminRequest } from './admin-request.js';
import { hasEntityTag, hasLocation, type Operation } from './operation.js';
import { withoutUnchanged } from './unchanged-members.js';

/** What a handler answers a success with; status, headers and encoding follow from the operation. */
export interface HandlerResult {
  body?: object;
  /** The version of the record, wherever the operation's success carries an ETag. */
  version?: number;
}

/** Does what one operation promises. Errors are AppErrors. */
export type Handler<O extends Operation> = (request: AdminRequest<O>) => Promise<HandlerResult>;

type Operations = Readonly<Record<string, Operation>>;

/** Operations of the admin API and how to serve them. */
export interface RouteGroup<Dependencies> {
  operations: readonly Operation[];
  routes: (dependencies: Dependencies) => Router<AdminState>;
}

/** Joins operations and handlers of the same names. */
export function routeGroup<O extends Operations, Dependencies extends { access: AccessService }>(
  operations: O,
  handlersOf: (dependencies: Dependencies) => { [Name in keyof O]: Handler<O[Name]> },
): RouteGroup<Dependencies> {
  const routes = (dependencies: Dependencies) => {
    const router = new Router<AdminState>();
    const handlers = handlersOf(dependencies) as Record<string, Handler<Operation>>;
    for (const [name, handle] of Object.entries(handlers)) {
      const operation = operations[name];
      if (!operation) throw new Error(`there is no operation ${name}`);
      router[operation.method](operation.path, async (ctx) => {
        const request = await readAdminRequest(dependencies.access, operation, ctx);
        const [reading, reader = ''] = readingOf(operations, operation);
        const read = handlers[reader];
        if (operation.method === 'patch' && reading && read) {
          const show = async () => (await read(request)).body ?? {};
          request.body = await withoutUnchanged(request.body, operation, reading, show);
        }
        respond(ctx, operation, await handle(request));
      });
    }
    return router;
  };
  return { operations: Object.values(operations), routes };
}

/** The operation that reads the record which this one changes, and its name. */
function readingOf(operations: Operations, { path }: Operation): [Operation?, string?] {
  const found = Object.entries(operations).find(
    ([, { method, path: at }]) => method === 'get' && at === path,
  );
  return found ? [found[1], found[0]] : [];
}

function pick(record: object, names: readonly string[]): object {
  return Object.fromEntries(Object.entries(record).filter(([name]) => names.includes(name)));
}

function respond(ctx: AdminContext, operation: Operation, { version, body }: HandlerResult): void {
  ctx.status = operation.status;
  if (hasEntityTag(operation)) {
    if (version === undefined) throw new Error(`${operation.id} answers without a version`);
    const tag = entityTag(version, operation.volatile && pick(body ?? {}, operation.volatile));
    ctx.set('ETag', tag);
    if (operation.method === 'get' && isKnown(ctx, tag)) {
      ctx.status = 304;
      return;
    }
  }
  if (body === undefined) return;
  if (hasLocation(operation)) ctx.set('Location', (body as { url: string }).url);
  ctx.body = body;
}
