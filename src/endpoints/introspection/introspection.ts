import { clientTokensValidAfter } from '../../../adapters/client.adapter.js';
import { TokenLookup } from '../../../adapters/tokens/token-lookup.js';
import type { Context } from '../../context.js';
import type { ClientCertificates } from '../../platform/client-certificates/client-certificates.js';
import { ownKeys } from '../../platform/keys/own-keys.js';
import type { HttpHandler } from '../direct-responses/direct-response.js';
import { introspectionHandler } from './introspection.handler.js';
import { type SignAnswer, signIntrospection } from '../oidc-protocol/signed-introspection.js';
import type { Engine } from '../oidc/engine.js';
import { IntrospectionService } from './introspection.service.js';

type Services = Pick<
  Context,
  'access' | 'apis' | 'artifacts' | 'clientSubjects' | 'keys' | 'liveClients' | 'settings' | 'vault'
>;

/** Reads tokens on the services of this process. */
export function makeTokenLookup({ artifacts, liveClients, settings, vault }: Services): TokenLookup {
  return new TokenLookup({ store: artifacts, vault, refreshGrace: settings.refreshGrace }, (clientId) =>
    clientTokensValidAfter(liveClients, clientId),
  );
}

/** The service on the services of this process. */
export function makeIntrospection(context: Services): IntrospectionService {
  const { keys, settings } = context;
  const { issuer } = settings;
  const tokens = makeTokenLookup(context);
  return new IntrospectionService({ ...context, issuer, tokens, ownKeys: ownKeys(keys) });
}

/** Answers the introspection endpoint; `next` answers everything else. */
export function withIntrospection(
  context: Context,
  engine: Pick<Engine, 'provider'>,
  certificates: ClientCertificates,
  next: HttpHandler,
): HttpHandler {
  const { issuer, trustedProxies } = context.settings;
  const introspection = makeIntrospection(context);
  const sign: SignAnswer = (clientId, answer) => signIntrospection(engine.provider, clientId, answer);
  return introspectionHandler(
    { ...context, issuer, trustedProxies, certificates, introspection, sign },
    next,
  );
}
