import Router from '@koa/router';
import { entityTag, isKnown } from '../../platform/http/entity-tags.js';
import type { AccessService } from '../access/access.service.js';
import type { AdminState } from '../admin-tokens/require-admin-token.js';
import { type AdminContext, type AdminRequest, readAdminRequest } from './admin-request.js';
import { hasEntityTag, hasLocation, type Operation } from './operation.js';

/** What a handler answers a success with; status, headers and encoding follow from the operation. */
export interface HandlerResult {
  /** A function is called only when the caller does not have this version already. */
  body?: object | (() => Promise<object>);
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
        await respond(ctx, operation, await handle(request));
      });
    }
    return router;
  };
  return { operations: Object.values(operations), routes };
}

async function respond(ctx: AdminContext, operation: Operation, result: HandlerResult): Promise<void> {
  const { version, body } = result;
  ctx.status = operation.status;
  if (hasEntityTag(operation)) {
    if (version === undefined) throw new Error(`${operation.id} answers without a version`);
    ctx.set('ETag', entityTag(version));
    if (operation.method === 'get' && isKnown(ctx, version)) {
      ctx.status = 304;
      return;
    }
  }
  const content = typeof body === 'function' ? await (body as () => Promise<object>)() : body;
  if (content === undefined) return;
  if (hasLocation(operation)) ctx.set('Location', (content as { url: string }).url);
  ctx.body = content;
}
