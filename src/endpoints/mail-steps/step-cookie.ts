import type Koa from 'koa';
import type { Vault } from '../../platform/crypto/sealing.js';
import { OwnCookie } from '../../platform/cookies/own-cookie.js';

const LIFETIME_SECONDS = 3_600;

/**
 * What a browser is to do next in a flow of several pages, in a sealed cookie: nothing is stored, and nobody but the server
 * reads or makes it. It is valid for an hour.
 */
export class StepCookie<State extends object> {
  readonly #cookie: OwnCookie;

  constructor(
    private readonly vault: Vault,
    issuer: string,
    private readonly name: string,
  ) {
    this.#cookie = new OwnCookie(issuer, name);
  }

  /** Undefined when there is none, or it is not ours or too old. */
  read(ctx: Koa.Context): State | undefined {
    const sealed = this.#cookie.read(ctx);
    if (sealed === undefined) return undefined;
    try {
      const opened = this.vault.open('steps', Buffer.from(sealed, 'base64url'), this.name).toString();
      const { state, expires } = JSON.parse(opened) as { state: State; expires: number };
      return expires > Date.now() / 1000 ? state : undefined;
    } catch {
      return undefined;
    }
  }

  /** Undefined removes it. */
  write(ctx: Koa.Context, state: State | undefined): void {
    if (state === undefined) this.#cookie.write(ctx, null);
    else {
      const expires = Math.floor(Date.now() / 1000) + LIFETIME_SECONDS;
      const sealed = this.vault.seal('steps', JSON.stringify({ state, expires }), this.name);
      this.#cookie.write(ctx, sealed.toString('base64url'));
    }
  }
}
