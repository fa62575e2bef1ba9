import { UserAgent } from '../../../src/demo/user-agent.js';
import { obtainCode } from '../../harness/protocol/codes.js';
import type { Actor, Load } from './load.js';
import { wordsOf } from '../../harness/traffic/redemption.js';
import type { Reply } from '../../harness/traffic/requests.js';

/** A person who is signed in, and the relying party that sent them. */
export class Browser implements Actor {
  readonly #agent: UserAgent;
  #signedIn = false;

  constructor(private readonly load: Load) {
    this.#agent = new UserAgent(({ method, path }) => {
      if (this.#signedIn && method === 'POST' && path.endsWith('/login')) load.lost('a session');
    });
  }

  /** Signs in; having to sign in again means that an acknowledged session was lost. */
  async signIn(): Promise<void> {
    await obtainCode(this.load.party.config, this.load.party.person, { scope: 'openid' }, this.#agent);
    this.#signedIn = true;
  }

  /** A code with the session and what it yields; undefined when that broke off. A code whose answer is lost is lost too. */
  async tokens(scope: string): Promise<Reply | undefined> {
    const { load } = this;
    const { config, person } = load.party;
    const code = await load.attempt(obtainCode(config, person, { scope }, this.#agent));
    const reply = code && (await load.ask(load.party.token(code.form, load.node())));
    if (!reply || reply.status === 200) return reply;
    load.lost(`a code was refused: ${wordsOf(reply)}`);
    return undefined;
  }

  /** A code flow without a page, because the person has allowed everything before. */
  async step(): Promise<void> {
    const reply = await this.tokens('openid');
    if (reply) this.load.ledger.hold(String(reply.json()['access_token']));
  }
}
