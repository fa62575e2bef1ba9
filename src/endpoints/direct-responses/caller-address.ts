import type { IncomingMessage } from 'node:http';

/**
 * The address of the caller, as Koa's `ctx.ip`: that of the connection, or, behind `trustedProxies` proxies, the one that
 * the outermost of them wrote into X-Forwarded-For.
 */
export function callerAddress(req: IncomingMessage, trustedProxies: number): string {
  const forwarded = trustedProxies > 0 ? req.headers['x-forwarded-for'] : undefined;
  const given = typeof forwarded === 'string' ? forwarded.split(/\s*,\s*/).slice(-trustedProxies)[0] : '';
  return given || (req.socket.remoteAddress ?? '');
}
