import type { Context } from '../../context.js';
import type { HttpHandler } from '../direct-responses/direct-response.js';
import type { Engine } from '../oidc/engine.js';
import { clientTokenHandler } from './client-token.handler.js';
import { ClientTokenService } from './client-token.service.js';
import { TokenSigner } from './token-signer.js';
import { TokenTargets } from './token-target.js';
import { tokenEvents } from './token-events.js';

/** Answers plain requests of clients for tokens of their own; `next` answers everything else. */
export function withClientTokens(context: Context, engine: Engine, next: HttpHandler): HttpHandler {
  const { certificates, log, settings } = context;
  const clientTokens = new ClientTokenService({
    ...context,
    targets: new TokenTargets({ ...context, plainScopes: () => engine.inputs.plainScopes }),
    signer: new TokenSigner(settings.issuer, () => engine.inputs.signing),
    lifetime: settings.ttl.clientCredentials,
  });
  const events = tokenEvents(engine);
  const { trustedProxies } = settings;
  return clientTokenHandler({ log, trustedProxies, certificates, clientTokens, events }, next);
}
