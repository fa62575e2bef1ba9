import type { IncomingMessage } from 'node:http';
import type Koa from 'koa';
import {
  allowedMethods,
  ENGINE_ROUTES,
  isEnginePath,
  METADATA_PATHS,
} from '../../platform/http/protocol-paths.js';

/** A route of @koa/router whose pattern matches the path of a request. */
interface MatchedRoute {
  methods: readonly string[];
  path: string | RegExp;
}

/** The context of each request that the application has begun to answer. */
const contexts = new WeakMap<IncomingMessage, Koa.Context>();

/** Lets `endpointOf` tell the endpoint of requests that pass here. */
export const rememberContext: Koa.Middleware = (ctx, next) => {
  contexts.set(ctx.req, ctx);
  return next();
};

/** The route of a request where there is none, so that callers cannot make names of routes at will. */
const UNMATCHED = 'unmatched';

const ROUTES: readonly string[] = Object.values(ENGINE_ROUTES);

/** The endpoint that answers a request. */
export interface Endpoint {
  /** The area of the endpoints that it belongs to; `none` where nothing answers. */
  area: string;
  /** The pattern of the route, such as `/oauth2/token` or `/console/orgs/:org`: never a raw path. */
  route: string;
}

/** The endpoint that answers the request. */
export function endpointOf(req: IncomingMessage): Endpoint {
  const ctx = contexts.get(req);
  if (!ctx) return { area: 'protocol', route: directRoute(req) };
  const route = routeOf(ctx);
  const { path } = ctx;
  const known = AREAS.find(([prefix]) => path === prefix || path.startsWith(`${prefix}/`));
  return { area: known?.[1] ?? (route === UNMATCHED ? 'none' : 'pages'), route };
}

/** The route of a request that is answered in front of the application. */
function directRoute({ url = '' }: IncomingMessage): string {
  const [path = ''] = url.split('?', 1);
  return ROUTES.includes(path) ? path : UNMATCHED;
}

function routeOf(ctx: Koa.Context): string {
  const matched = (ctx as { matched?: readonly MatchedRoute[] }).matched ?? [];
  const routes = matched.filter(({ methods }) => methods.length > 0);
  const route = routes.find(({ methods }) => methods.includes(ctx.method)) ?? routes[0];
  if (route) return String(route.path);
  const { path } = ctx;
  if (!isEnginePath(path)) return UNMATCHED;
  if (allowedMethods(path) !== undefined || ROUTES.includes(path)) return path;
  return `${path.slice(0, path.lastIndexOf('/'))}/:uid`;
}

const AREAS: readonly [prefix: string, area: string][] = [
  ['/admin', 'admin'],
  ['/oauth2', 'protocol'],
  [METADATA_PATHS.openid, 'protocol'],
  [METADATA_PATHS.oauth, 'protocol'],
  [ENGINE_ROUTES.code_verification, 'protocol'],
  ['/account', 'account'],
  ['/console', 'console'],
  ['/healthz', 'health'],
  ['/readyz', 'health'],
  ['/assets', 'assets'],
];
