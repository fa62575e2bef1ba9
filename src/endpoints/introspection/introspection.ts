import { TokenLookup } from '../../../adapters/token-lookup.js';
import type { Context } from '../../context.js';
import { ownKeys } from '../../platform/keys/own-keys.js';
import { type HttpHandler, introspectionHandler } from './introspection.handler.js';
import { IntrospectionService } from './introspection.service.js';

type Services = Pick<
  Context,
  'access' | 'apis' | 'artifacts' | 'keys' | 'liveClients' | 'settings' | 'vault'
>;

/** The service on the services of this process. */
export function makeIntrospection(context: Services): IntrospectionService {
  const { artifacts: store, keys, settings, vault } = context;
  const { issuer, refreshGrace } = settings;
  const tokens = new TokenLookup({ store, vault, refreshGrace });
  return new IntrospectionService({ ...context, issuer, tokens, ownKeys: ownKeys(keys) });
}

/** Whether a value is an opaque token that this server issued and that is not expired. */
export function ownTokenCheck({
  artifacts: store,
  settings,
  vault,
}: Services): (token: string) => Promise<boolean> {
  const tokens = new TokenLookup({ store, vault, refreshGrace: settings.refreshGrace });
  return async (token) => (await tokens.find(token)) !== undefined;
}

/** Answers the introspection endpoint; `next` answers everything else. */
export function withIntrospection(context: Context, next: HttpHandler): HttpHandler {
  const { issuer, trustedProxies } = context.settings;
  const introspection = makeIntrospection(context);
  return introspectionHandler({ ...context, issuer, trustedProxies, introspection }, next);
}
