import { type KoaContextWithOIDC, Provider } from 'oidc-provider';
import { requestState, stateOf } from '../../../adapters/request-state.js';
import type { CompletedSignIn } from '../../identity/sessions/sign-ins.service.js';
import { provedAt } from './invalid-sign-in.js';

/** What is told of sign-ins, and of sessions that end by a sign-out. */
export interface SignInListener {
  completed(signIn: CompletedSignIn): Promise<void>;
  ended(uid: string): Promise<void>;
}

/**
 * Notes that all that a sign-in takes was done in this request. For a check of the interaction policy after those of the
 * sign-in.
 */
export function noteSignIn(ctx: KoaContextWithOIDC): void {
  if (ctx.oidc.result?.login && ctx.oidc.session?.accountId !== undefined)
    stateOf(ctx).signIn = { provedAt: provedAt(ctx.oidc) };
}

/**
 * Records a sign-in once its session is saved, and the end of a session that is destroyed.
 *
 * Engine: lib/shared/session.js:48 saves the session after the response was made, lib/models/session.js:109 destroys it.
 * Test: test/identity/sessions/sign-ins.test.ts.
 */
export function recordSignIns(provider: Provider, listener: SignInListener): void {
  const sessions = provider.Session.prototype;
  const save = Reflect.get<typeof sessions, 'save'>(sessions, 'save');
  sessions.save = async function (ttl) {
    const result = await save.call(this, ttl);
    const state = requestState();
    const ctx = Provider.ctx;
    const { accountId, loginTs } = this;
    if (!ctx || !state?.signIn || accountId === undefined || loginTs === undefined) return result;
    const { provedAt: proved } = state.signIn;
    state.signIn = undefined;
    await listener.completed({
      accountId,
      sessionUid: this.uid,
      signedInAt: loginTs,
      provedAt: proved,
      clientId: ctx.oidc.client?.clientId,
      amr: this.amr ?? [],
      address: ctx.ip,
      userAgent: ctx.get('User-Agent'),
      requestId: ctx.response.get('X-Request-Id') || null,
    });
    return result;
  };
  const destroy = Reflect.get<typeof sessions, 'destroy'>(sessions, 'destroy');
  sessions.destroy = async function () {
    await destroy.call(this);
    await listener.ended(this.uid);
  };
}
