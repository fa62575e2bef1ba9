import Router, { type RouterMiddleware } from '@koa/router';
import { readJson } from '../../platform/http/body.js';
import { sendCsv } from '../../platform/csv/csv-response.js';
import { entityTag, ifMatch, isKnown } from '../../platform/http/entity-tags.js';
import type { AccessService } from '../access/access.service.js';
import type { AdminState } from '../admin-tokens/require-admin-token.js';
import { type AdminRequest, type GivenRequest, readAdminRequest } from './admin-request.js';
import { csvColumns, readCsv } from './csv-list.js';
import { hasEntityTag, hasLocation, mediaTypesOf, type Operation } from './operation.js';
import { withoutUnchanged } from './unchanged-members.js';

/** What a handler answers a success with; status, headers and encoding follow from the operation. */
export interface HandlerResult {
  body?: object;
  /** The version of the record, wherever the operation's success carries an ETag. */
  version?: number;
}

/** Does what one operation promises. Errors are AppErrors. */
export type Handler<O extends Operation> = (request: AdminRequest<O>) => Promise<HandlerResult>;

type AdminContext = Parameters<RouterMiddleware<AdminState>>[0];
type Operations = Readonly<Record<string, Operation>>;

/** An operation that can be called: it authorizes and reads the request, and does what it promises. */
export interface Callable {
  operation: Operation;
  call: (given: GivenRequest) => Promise<HandlerResult>;
}

/** Operations of the admin API and how to serve them: over HTTP, or to another part of this process. */
export interface RouteGroup<Dependencies> {
  operations: readonly Operation[];
  callables: (dependencies: Dependencies) => Callable[];
  routes: (dependencies: Dependencies) => Router<AdminState>;
}

/** Joins operations and handlers of the same names. */
export function routeGroup<O extends Operations, Dependencies extends { access: AccessService }>(
  operations: O,
  handlersOf: (dependencies: Dependencies) => { [Name in keyof O]: Handler<O[Name]> },
): RouteGroup<Dependencies> {
  const callables = (dependencies: Dependencies): Callable[] => {
    const handlers = handlersOf(dependencies) as Record<string, Handler<Operation>>;
    return Object.entries(handlers).map(([name, handle]) => {
      const operation = operations[name];
      if (!operation) throw new Error(`there is no operation ${name}`);
      const call = async (given: GivenRequest) => {
        const request = await readAdminRequest(dependencies.access, operation, given);
        const [reading, reader = ''] = readingOf(operations, operation);
        const read = handlers[reader];
        if (operation.method === 'patch' && reading && read) {
          const show = async () => (await read(request)).body ?? {};
          request.body = await withoutUnchanged(request.body, operation, reading, show);
        }
        return handle(request);
      };
      return { operation, call };
    });
  };
  const routes = (dependencies: Dependencies) => {
    const router = new Router<AdminState>();
    for (const callable of callables(dependencies)) {
      const { operation, call } = callable;
      const isList = csvColumns(operation) !== undefined && operation.method === 'get';
      router[operation.method](operation.path, async (ctx) => {
        const given = givenOf(ctx, operation);
        if (isList) ctx.vary('Accept');
        if (isList && ctx.accepts('application/json', 'text/csv') === 'text/csv')
          sendCsv(ctx, lastSegment(operation.path), await readCsv(callable, given));
        else respond(ctx, operation, await call(given));
      });
    }
    return router;
  };
  return { operations: Object.values(operations), callables, routes };
}

function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function givenOf(ctx: AdminContext, operation: Operation): GivenRequest {
  const { actor, caller } = ctx.state;
  const body = () => readJson(ctx, operation.request?.maxBytes ?? 0, mediaTypesOf(operation));
  return { actor, caller, params: ctx.params, query: ctx.query, body, ifMatch: () => ifMatch(ctx) };
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
