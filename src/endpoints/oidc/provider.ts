import { randomBytes } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import type Koa from 'koa';
import {
  type Client,
  errors,
  type KoaContextWithOIDC,
  Provider,
  type TokenEndpointGrantContext,
} from 'oidc-provider';
import { successorOf } from '../../../adapters/refresh-successor.js';
import type { Vault } from '../../platform/crypto/sealing.js';
import { isHangUp } from '../../platform/http/hang-up.js';
import { describeError, type Logger } from '../../platform/telemetry/telemetry.js';
import { answerTooLarge } from '../oidc-patches/body-limit.js';
import { answerUnsavedSession } from '../oidc-patches/unsaved-session.js';
import { engineConfiguration, type EngineParts } from './configuration.js';

/** What the engine's own methods are replaced with. */
export interface EnginePatches {
  vault: Vault;
  /** The client as it is now: the same object until something of it changes. */
  findClient(clientId: string): Promise<object | undefined>;
  /** Whether this is a secret of the client; the engine itself never sees a secret or its hash. */
  compareClientSecret(clientId: string, presented: string): Promise<boolean>;
  /** Has what the work writes and consumes happen together, or not at all when it throws. */
  together(work: () => Promise<void>): Promise<void>;
}

type GrantParameters = Parameters<Provider['registerGrantType']>[2];
type RefreshToken = InstanceType<Provider['RefreshToken']>;

/** Constructs and patches oidc-provider. A Provider's keys and scopes are fixed: to change them, build another. */
export function buildProvider(parts: EngineParts, patches: EnginePatches, log: Logger): Provider {
  class PosternProvider extends Provider {
    // The engine registers its own grant types with this, too.
    override registerGrantType<P extends object>(
      name: string,
      handler: (ctx: TokenEndpointGrantContext<P>) => void | Promise<void>,
      parameters?: GrantParameters,
      duplicates?: GrantParameters,
    ): void {
      const together = (ctx: TokenEndpointGrantContext<P>) => patches.together(async () => handler(ctx));
      super.registerGrantType(name, together, parameters, duplicates);
    }
  }
  const provider = new PosternProvider(parts.settings.issuer, engineConfiguration(parts));
  provider.proxy = true;

  // The engine reads what it knows a client by on every request, and remembers a hundred. Ours are remembered by the
  // object that the registry gives for them.
  const clients = new WeakMap<object, Client>();
  const engineFind = provider.Client.find.bind(provider.Client);
  provider.Client.find = async (clientId) => {
    const found = typeof clientId === 'string' ? await patches.findClient(clientId) : undefined;
    if (!found) return undefined;
    const client = clients.get(found) ?? (await engineFind(clientId));
    if (client) clients.set(found, client);
    return client;
  };

  // The engine takes a secret from the header or from the form; the record says which (RFC 7591 section 2).
  provider.Client.prototype.compareClientSecret = async function (
    this: { clientId: string; clientAuthMethod?: string },
    presented: string,
  ) {
    const used = Provider.ctx?.headers.authorization ? 'client_secret_basic' : 'client_secret_post';
    return this.clientAuthMethod === used && patches.compareClientSecret(this.clientId, presented);
  };

  const refreshTokens = provider.RefreshToken.prototype as RefreshToken & { generateTokenId(): string };
  refreshTokens.generateTokenId = () => {
    const predecessor = Provider.ctx?.oidc.entities.RotatedRefreshToken;
    return predecessor ? successorOf(patches.vault, predecessor.jti) : randomBytes(32).toString('base64url');
  };

  provider.use(answerUnsavedSession(parts.pages));
  // The engine gives the session another id after every page, and deletes the old one before anybody has the new one: who
  // never gets the answer is signed out. Only a sign-in needs it, so that nobody is given a session that another knows.
  const sessions = provider.Session.prototype;
  const resetIdentifier = Reflect.get<typeof sessions, 'resetIdentifier'>(sessions, 'resetIdentifier');
  sessions.resetIdentifier = function () {
    const result = Provider.ctx?.oidc.result;
    if (!result || result.login) resetIdentifier.call(this);
  };

  answerTooLarge(provider);
  provider.on('server_error', (ctx: KoaContextWithOIDC, error) => {
    log.error(
      { requestId: ctx.response.get('x-request-id'), route: ctx.oidc.route, error: describeError(error) },
      'engine failed',
    );
  });
  (provider as EventEmitter).on('error', (error: unknown, ctx?: Koa.Context) => {
    // The database may go away as late as when the session is saved, after the engine has answered its own errors.
    if (error instanceof errors.OIDCProviderError && error.status === 503) return;
    if (isHangUp(error)) return;
    log.error(
      { requestId: ctx?.response.get('x-request-id'), error: describeError(error) },
      'engine failed outside a request',
    );
  });
  provider.on('backchannel.error', (ctx: KoaContextWithOIDC, error, client) => {
    const fields = {
      requestId: ctx.response.get('x-request-id'),
      clientId: client.clientId,
      error: describeError(error),
    };
    log.warn(fields, 'back-channel logout failed');
  });
  return provider;
}
