import { UserAgent } from '../../../src/demo/user-agent.js';
import { codeOf, obtainCode } from '../../harness/protocol/codes.js';
import { type Authorization, authorizationRequest } from '../../harness/protocol/relying-party.js';
import type { Actor, Load } from '../crash/load.js';
import { wordsOf } from '../../harness/traffic/redemption.js';
import type { Reply } from '../../harness/traffic/requests.js';
import type { RelyingParty } from '../crash/relying-parties.js';

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

  /**
   * A code with the session and what it yields; undefined when that broke off. A code whose answer is lost is lost too.
   * Some of the requests are pushed.
   */
  async tokens(relyingParty: RelyingParty, parameters: Record<string, string>): Promise<Reply | undefined> {
    const { load } = this;
    const isPushed = load.random.chance(0.4);
    const asked = await authorizationRequest(relyingParty.config, parameters);
    const request = isPushed ? await this.#push(relyingParty, asked) : asked;
    if (!request) return undefined;
    const code = await load.attempt(codeOf(request, load.party.person, this.#agent));
    if (code && isPushed) await this.#replay(request);
    const reply = code && (await load.ask(relyingParty.token(code.form, load.node())));
    if (!reply || reply.status === 200) return reply;
    load.lost(`a code was refused: ${wordsOf(reply)}`);
    return undefined;
  }

  /** A code flow without a page, because the person has allowed everything before. */
  async step(): Promise<void> {
    const reply = await this.tokens(this.load.relyingParties.web, { scope: 'openid' });
    if (reply) this.load.ledger.hold(String(reply.json()['access_token']));
  }

  async #push({ client }: RelyingParty, request: Authorization): Promise<Authorization | undefined> {
    const { load } = this;
    const form = Object.fromEntries(request.url.searchParams);
    const reply = await load.ask(load.party.post('/oauth2/par', form, load.node(), client));
    if (!reply) return undefined;
    if (reply.status !== 201) {
      load.wrong(`pushing a request: ${wordsOf(reply)}`);
      return undefined;
    }
    const url = new URL(request.url.pathname, request.url);
    const query = { client_id: client.client_id, request_uri: String(reply.json()['request_uri']) };
    url.search = new URLSearchParams(query).toString();
    return { ...request, url };
  }

  /** A request that was pushed gives one code. */
  async #replay({ redirectUri, url }: Authorization): Promise<void> {
    const { load } = this;
    const page = await load.attempt(this.#agent.open(url.href, {}, redirectUri));
    if (page?.url.includes('code=')) load.lost('that a pushed request was used');
    else if (page) load.outcomes.count('pushed requests replayed');
  }
}
