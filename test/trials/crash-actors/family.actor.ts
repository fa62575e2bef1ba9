import type { Browser } from './browser.actor.js';
import type { TokenEntry } from '../crash/ledger.js';
import type { Actor, Load } from '../crash/load.js';
import { tokensOf, wordsOf } from '../../harness/traffic/redemption.js';
import type { Reply } from '../../harness/traffic/requests.js';
import type { RelyingParty } from '../crash/relying-parties.js';

/**
 * Keeps a family of tokens alive by refreshing, has some exchanged, and ends it by revocation now and then. A refresh
 * without an answer is tried again with the same token, as a client has to.
 */
export class Family implements Actor {
  #tokens: TokenEntry[] = [];
  #refresh: TokenEntry | undefined;
  #inDoubt = false;
  #ending = false;

  constructor(
    private readonly load: Load,
    private readonly browser: Browser,
    private readonly relyingParty: RelyingParty,
  ) {}

  async step(): Promise<void> {
    if (!this.#refresh) return this.#begin();
    this.#ending ||= !this.#inDoubt && this.load.random.chance(0.1);
    if (this.relyingParty.isExchanged && !this.#ending && this.load.random.chance(0.3))
      await this.#exchange();
    return this.#ending ? this.#end(this.#refresh) : this.#rotate(this.#refresh);
  }

  async #begin(): Promise<void> {
    const reply = await this.browser.tokens(this.relyingParty, this.relyingParty.lasting);
    if (reply) this.#keep(reply);
  }

  async #rotate(current: TokenEntry): Promise<void> {
    const { load } = this;
    if (this.#inDoubt) load.outcomes.count('refresh retried');
    current.state = 'in doubt';
    const form = { grant_type: 'refresh_token', refresh_token: current.token };
    const reply = await load.ask(this.relyingParty.token(form, load.node()));
    this.#inDoubt = !reply;
    if (!reply) return;
    load.ledger.forget(current);
    if (reply.status === 200) return this.#keep(reply);
    load.lost(`a refresh token was refused: ${wordsOf(reply)}`);
    this.#forget();
  }

  /** What was exchanged ends with the family. */
  async #exchange(): Promise<void> {
    const { load } = this;
    const subject = this.#tokens.findLast(({ kind }) => kind === 'access token');
    const reply = subject && (await load.ask(load.party.exchange(subject.token, load.node())));
    if (reply?.status === 200) this.#tokens.push(load.ledger.hold(tokensOf(reply).access, 'exchanged token'));
    else if (reply) load.lost(`a token was not exchanged: ${wordsOf(reply)}`);
  }

  async #end(current: TokenEntry): Promise<void> {
    const { load } = this;
    for (const entry of this.#tokens) entry.state = 'in doubt';
    const { client } = this.relyingParty;
    const form = { token: current.token };
    const reply = await load.ask(load.party.post('/oauth2/revoke', form, load.node(), client));
    if (!reply) return;
    if (reply.status !== 200) return load.wrong(`revocation: ${wordsOf(reply)}`);
    for (const entry of this.#tokens) entry.state = 'gone';
    load.outcomes.count('families revoked');
    this.#forget();
  }

  #keep(reply: Reply): void {
    const { access, refresh } = tokensOf(reply);
    const { client } = this.relyingParty;
    this.#refresh = this.load.ledger.hold(refresh, 'refresh token', client);
    this.#tokens.push(this.load.ledger.hold(access, 'access token', client), this.#refresh);
  }

  #forget(): void {
    this.#tokens = [];
    this.#refresh = undefined;
    this.#ending = false;
  }
}
