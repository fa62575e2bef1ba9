import { type Client, type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider';
import { checkParameterSizes } from '../oidc-guards/anonymous-requests.js';

/** How requests find people, and people learn of requests. */
export interface BackchannelHints {
  /** The account with this e-mail address, or an id that no account has. Throws an OAuth error beyond the limit. */
  accountOf(ctx: KoaContextWithOIDC, client: Client, email: string): Promise<string>;
  /** Counts a request for the account by another hint. Throws an OAuth error beyond the limit. */
  count(accountId: string): Promise<void>;
  /** Tells the person that a request waits. */
  notify(ctx: KoaContextWithOIDC, accountId: string, client: Client): Promise<void>;
}

/** Text on one line that a person can compare (CIBA section 7.1). */
const BINDING_MESSAGE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]{1,64}$/u;

/** CIBA with poll and ping, by `login_hint` and `id_token_hint`. */
export function cibaFeature(hints: BackchannelHints) {
  return {
    enabled: true,
    deliveryModes: ['poll', 'ping'],
    processLoginHint: (ctx, hint) => hints.accountOf(ctx, clientOf(ctx), hint ?? ''),
    processLoginHintToken: async () => {
      throw new errors.InvalidRequest('login_hint_token is not supported: send login_hint or id_token_hint');
    },
    verifyUserCode: async ({ oidc }, account) => {
      if (oidc.params?.['id_token_hint'] !== undefined) await hints.count(account.accountId);
    },
    validateBindingMessage: async (_ctx, message) => {
      if (message === undefined || BINDING_MESSAGE.test(message)) return;
      throw new errors.InvalidBindingMessage(
        'binding_message must be one line of 1 to 64 printable characters',
      );
    },
    validateRequestContext: async () => undefined,
    triggerAuthenticationDevice: (ctx, _request, account, client) =>
      hints.notify(ctx, account.accountId, client),
  } satisfies NonNullable<Configuration['features']>['ciba'];
}

/** Bounds what is stored of a backchannel authentication request; claims are asked for by scopes. */
export function checkBackchannelRequest(ctx: KoaContextWithOIDC): void {
  checkParameterSizes(ctx);
  if (ctx.oidc.params?.['claims'] !== undefined)
    throw new errors.InvalidRequest('claims is not supported here: ask for scopes');
}

function clientOf({ oidc }: KoaContextWithOIDC): Client {
  if (!oidc.client) throw new errors.InvalidClient('client not found');
  return oidc.client;
}
