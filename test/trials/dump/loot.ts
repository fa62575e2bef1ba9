import type * as oidc from 'openid-client';
import type { RegisteredClient } from '../../harness/nodes/test-server.js';

/** What somebody can show to be let in. */
export const KINDS = [
  'access token',
  'refresh token',
  'bound refresh token',
  'pushed request',
  'code',
  'device code',
  'user code',
  'backchannel request',
  'session cookie',
  'account area cookie',
  'cookie key',
  'interaction',
  'registration token',
  'initial access token',
  'client secret',
  'admin token',
] as const;
export type Kind = (typeof KINDS)[number];

/** The clients that the load uses; the credentials of the dynamic ones are loot like any. */
export interface Clients {
  /** Confidential, with client_secret_basic. */
  web: RegisteredClient;
  /** Confidential, with client_secret_post. */
  portal: RegisteredClient;
  television: RegisteredClient;
  machine: RegisteredClient;
  /** Exchanges tokens of `web`. */
  service: RegisteredClient;
  dynamic: RegisteredClient[];
  /** What refresh tokens are bound to; the thief has it too. */
  keys: Awaited<ReturnType<typeof oidc.randomDPoPKeyPair>>;
}

/** Every credential that was handed out and is still good, as those know them whom it belongs to. */
export class Loot {
  readonly #values = new Map<Kind, Set<string>>(KINDS.map((kind) => [kind, new Set()]));

  add(kind: Kind, value: unknown): string {
    if (typeof value !== 'string' || value === '') throw new Error(`no ${kind} was handed out`);
    this.#values.get(kind)?.add(value);
    return value;
  }

  /** Instead of what was handed out before, which has expired. */
  replace(kind: Kind, value: string): void {
    this.#values.get(kind)?.clear();
    this.add(kind, value);
  }

  of(kind: Kind): string[] {
    return [...(this.#values.get(kind) ?? [])];
  }

  first(kind: Kind): string {
    const [value] = this.of(kind);
    if (value === undefined) throw new Error(`there is no ${kind}`);
    return value;
  }

  all(): { kind: Kind; value: string }[] {
    return KINDS.flatMap((kind) => this.of(kind).map((value) => ({ kind, value })));
  }
}
