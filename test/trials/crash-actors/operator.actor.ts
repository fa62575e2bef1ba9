import { CLIENTS, type RegisteredClient } from '../../harness/nodes/test-server.js';
import type { ClientEntry } from '../crash/ledger.js';
import type { Actor, Load } from '../crash/load.js';
import { tokensOf, wordsOf } from '../../harness/traffic/redemption.js';
import { type Reply, send, type Sent } from '../../harness/traffic/requests.js';

/** Registers clients, uses each once, and deletes some. */
export class Operator implements Actor {
  readonly #clients: ClientEntry[] = [];

  constructor(private readonly load: Load) {}

  async step(): Promise<void> {
    const entry = await this.#create();
    if (entry) await this.#use(entry);
    const held = this.#clients.filter(({ state }) => state === 'holds');
    if (held.length > 0 && this.load.random.chance(0.4)) await this.#delete(this.load.random.pick(held));
  }

  async #create(): Promise<ClientEntry | undefined> {
    const { load } = this;
    const json = { client_name: 'Made', grant_types: ['client_credentials'], redirect_uris: [] };
    const reply = await this.#admin('', { json });
    if (reply?.status === 201) {
      const entry = load.ledger.holdClient(reply.json() as RegisteredClient);
      this.#clients.push(entry);
      load.outcomes.count('clients created');
      return entry;
    }
    if (reply) load.wrong(`creating a client: ${wordsOf(reply)}`);
    return undefined;
  }

  async #use(entry: ClientEntry): Promise<void> {
    const { load } = this;
    const form = { grant_type: 'client_credentials' };
    const reply = await load.ask(load.party.token(form, load.node(), entry.client));
    if (reply?.status === 200) entry.tokens.push(load.ledger.hold(tokensOf(reply).access));
    else if (reply) load.lost(`a new client was refused: ${wordsOf(reply)}`);
  }

  async #delete(entry: ClientEntry): Promise<void> {
    const { load } = this;
    const all = [entry, ...entry.tokens];
    for (const one of all) one.state = 'in doubt';
    const reply = await this.#admin(`/${entry.client.id}`, { method: 'DELETE' });
    if (!reply) return;
    if (reply.status !== 204) return load.lost(`deleting a client: ${wordsOf(reply)}`);
    for (const one of all) one.state = 'gone';
    load.outcomes.count('clients deleted');
  }

  #admin(path: string, sent: Sent): Promise<Reply | undefined> {
    const { party } = this.load;
    const headers = party.operatorHeaders;
    return this.load.ask(send(party.origin(this.load.node()) + CLIENTS + path, { ...sent, headers }));
  }
}
