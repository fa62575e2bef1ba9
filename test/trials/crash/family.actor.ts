import { basic } from '../../harness/protocol/wire.js';
import type { Browser } from './browser.actor.js';
import type { TokenEntry } from './ledger.js';
import type { Actor, Load } from './load.js';
import { tokensOf, wordsOf } from '../../harness/traffic/redemption.js';
import { type Reply, send } from '../../harness/traffic/requests.js';

/**
 * Keeps a family of tokens alive by refreshing, and ends it by revocation now and then. A refresh without an answer is
 * tried again with the same token, as a client has to.
 */
export class Family implements Actor {
  #tokens: TokenEntry[] = [];
  #refresh: TokenEntry | undefined;
  #inDoubt = false;
  #ending = false;

  constructor(
    private readonly load: Load,
    private readonly browser: Browser,
  ) {}

  async step(): Promise<void> {
    if (!this.#refresh) return this.#begin();
    this.#ending ||= !this.#inDoubt && this.load.random.chance(0.1);
    return this.#ending ? this.#end(this.#refresh) : this.#rotate(this.#refresh);
  }

  async #begin(): Promise<void> {
    const reply = await this.browser.tokens('openid offline_access');
    if (reply) this.#keep(reply);
  }

  async #rotate(current: TokenEntry): Promise<void> {
    const { load } = this;
    if (this.#inDoubt) load.outcomes.count('refresh retried');
    current.state = 'in doubt';
    const form = { grant_type: 'refresh_token', refresh_token: current.token };
    const reply = await load.ask(load.party.token(form, load.node()));
    this.#inDoubt = !reply;
    if (!reply) return;
    load.ledger.forget(current);
    if (reply.status === 200) return this.#keep(reply);
    load.lost(`a refresh token was refused: ${wordsOf(reply)}`);
    this.#forget();
  }

  async #end(current: TokenEntry): Promise<void> {
    const { load } = this;
    for (const entry of this.#tokens) entry.state = 'in doubt';
    const url = `${load.party.origin(load.node())}/oauth2/revoke`;
    const sent = { form: { token: current.token }, headers: basic(load.party.client) };
    const reply = await load.ask(send(url, sent));
    if (!reply) return;
    if (reply.status !== 200) return load.wrong(`revocation: ${wordsOf(reply)}`);
    for (const entry of this.#tokens) entry.state = 'gone';
    load.outcomes.count('families revoked');
    this.#forget();
  }

  #keep(reply: Reply): void {
    const { access, refresh } = tokensOf(reply);
    this.#refresh = this.load.ledger.hold(refresh, 'refresh token');
    this.#tokens.push(this.load.ledger.hold(access), this.#refresh);
  }

  #forget(): void {
    this.#tokens = [];
    this.#refresh = undefined;
    this.#ending = false;
  }
}
