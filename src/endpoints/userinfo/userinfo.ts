import type { Context } from '../../context.js';
import type { HttpHandler } from '../direct-responses/direct-response.js';
import { makeTokenLookup } from '../introspection/introspection.js';
import { userinfoHandler } from './userinfo.handler.js';
import { UserinfoService } from './userinfo.service.js';

/** Answers plain requests at the userinfo endpoint; `next` answers everything else. */
export function withUserinfo(context: Context, next: HttpHandler): HttpHandler {
  const { log, settings } = context;
  const userinfo = new UserinfoService({ ...context, tokens: makeTokenLookup(context) });
  return userinfoHandler({ log, trustedProxies: settings.trustedProxies, userinfo }, next);
}
