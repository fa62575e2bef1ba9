import { AskedPerson, REQUESTS_EACH } from '../../harness/traffic/asked-person.js';
import { CIBA_GRANT } from '../../harness/traffic/party.js';
import { tokensOf, wordsOf } from '../../harness/traffic/redemption.js';
import type { TokenEntry } from '../crash/ledger.js';
import type { Actor, Load } from '../crash/load.js';

/** A client that asks people by itself (CIBA), and those who allow or deny it in the account area. */
export class Caller implements Actor {
  #person: AskedPerson | undefined;
  #left = 0;

  constructor(private readonly load: Load) {}

  async step(): Promise<void> {
    if (!this.#person) {
      this.#person = await this.load.attempt(AskedPerson.signIn(this.load.party));
      this.#left = REQUESTS_EACH;
      return;
    }
    this.#left--;
    // After an answer that is in doubt the oldest request that waits may be another one than the next.
    if (!(await this.#ask(this.#person)) || this.#left === 0) this.#person = undefined;
  }

  /** Whether the request is answered for certain. */
  async #ask(person: AskedPerson): Promise<boolean> {
    const { load } = this;
    const asked = await load.ask(person.ask(load.node()));
    if (asked && asked.status !== 200) load.wrong(`asking for a person: ${wordsOf(asked)}`);
    if (asked?.status !== 200) return false;
    const word = load.random.chance(0.2) ? 'deny' : 'allow';
    const page = await load.attempt(person.answer(word, load.node()));
    if (page && page.status !== 200 && page.status !== 503)
      load.wrong(`an answer of a person: ${String(page.status)}`);
    if (page?.status !== 200) return false;
    await this.#redeem(word, String(asked.json()['auth_req_id']));
    return true;
  }

  async #redeem(word: 'allow' | 'deny', authReqId: string): Promise<void> {
    const { load } = this;
    const form = { grant_type: CIBA_GRANT, auth_req_id: authReqId };
    const reply = await load.ask(load.party.token(form, load.node()));
    if (!reply) return;
    if (wordsOf(reply) !== (word === 'allow' ? '200' : '400 access_denied'))
      return load.lost(`the answer ${word} of a person: ${wordsOf(reply)}`);
    load.outcomes.count(`people: ${word}`);
    if (word === 'deny') return;
    const { access, refresh } = tokensOf(reply);
    const tokens = [load.ledger.hold(access), load.ledger.hold(refresh, 'refresh token')];
    if (load.random.chance(0.3)) await this.#replay(form, tokens);
  }

  /** It gives tokens once; sent again, it ends them. */
  async #replay(form: Record<string, string>, tokens: readonly TokenEntry[]): Promise<void> {
    const { load } = this;
    for (const token of tokens) token.state = 'in doubt';
    const reply = await load.ask(load.party.token(form, load.node()));
    if (!reply) return;
    if (wordsOf(reply) !== '400 invalid_grant')
      return load.lost(`that a person was asked once: ${wordsOf(reply)}`);
    for (const token of tokens) token.state = 'gone';
  }
}
