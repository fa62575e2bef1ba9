import { contradiction, type TokenEntry } from '../crash/ledger.js';
import type { Actor, Load } from '../crash/load.js';
import { tokensOf, wordsOf } from '../../harness/traffic/redemption.js';
import { send } from '../../harness/traffic/requests.js';
import { basic } from '../../harness/protocol/wire.js';

const REMEMBERED = 50;

/** A client that acts for itself: gets tokens, introspects and revokes some. */
export class Machine implements Actor {
  readonly #tokens: TokenEntry[] = [];

  constructor(private readonly load: Load) {}

  async step(): Promise<void> {
    const { random } = this.load;
    await this.#obtain();
    if (random.chance(0.5)) await this.#introspect();
    if (random.chance(0.3)) await this.#revoke();
  }

  async #obtain(): Promise<void> {
    const { load } = this;
    const reply = await load.ask(load.party.token({ grant_type: 'client_credentials' }, load.node()));
    if (!reply) return;
    if (reply.status !== 200) return load.wrong(`client credentials: ${wordsOf(reply)}`);
    this.#tokens.push(load.ledger.hold(tokensOf(reply).access));
    if (this.#tokens.length > REMEMBERED) this.#tokens.shift();
  }

  async #introspect(): Promise<void> {
    if (this.#tokens.length === 0) return;
    const { state, token } = this.load.random.pick(this.#tokens);
    const reply = await this.#post('introspect', token);
    if (!reply) return;
    if (reply.status !== 200) return this.load.wrong(`introspection: ${wordsOf(reply)}`);
    const problem = contradiction(state, reply.json()['active'] === true);
    if (problem) this.load.lost(`a machine's token ${problem}`);
  }

  async #revoke(): Promise<void> {
    const held = this.#tokens.filter(({ state }) => state === 'holds');
    if (held.length === 0) return;
    const entry = this.load.random.pick(held);
    entry.state = 'in doubt';
    const reply = await this.#post('revoke', entry.token);
    if (!reply) return;
    if (reply.status !== 200) return this.load.wrong(`revocation: ${wordsOf(reply)}`);
    entry.state = 'gone';
    this.load.outcomes.count('revoked');
  }

  #post(endpoint: string, token: string) {
    const { party } = this.load;
    const url = `${party.origin(this.load.node())}/oauth2/${endpoint}`;
    return this.load.ask(send(url, { form: { token }, headers: basic(party.client) }));
  }
}
