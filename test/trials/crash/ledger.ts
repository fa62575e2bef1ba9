import type { RegisteredClient } from '../../harness/nodes/test-server.js';

/** `holds` and `gone` were acknowledged; of what is in doubt, a request went out and no answer came back. */
export type State = 'holds' | 'gone' | 'in doubt';

/** What the server has acknowledged of a token. */
export interface TokenEntry {
  readonly token: string;
  readonly kind: 'access token' | 'refresh token' | 'exchanged token';
  /** Who asks about it. */
  readonly client: RegisteredClient;
  /** The round in which it was issued. */
  readonly round: number;
  state: State;
}

/** What the server has acknowledged of a client. */
export interface ClientEntry {
  readonly client: RegisteredClient;
  readonly round: number;
  state: State;
  tokens: TokenEntry[];
}

/** Everything that the server has said yes to, and so may never forget. */
export class Ledger {
  round = 0;
  readonly tokens = new Set<TokenEntry>();
  readonly clients = new Set<ClientEntry>();

  constructor(private readonly client: RegisteredClient) {}

  hold(token: string, kind: TokenEntry['kind'] = 'access token', client = this.client): TokenEntry {
    const entry: TokenEntry = { token, kind, client, round: this.round, state: 'holds' };
    this.tokens.add(entry);
    return entry;
  }

  /** A refresh token that was used: whether it still works is a matter of the grace. */
  forget(entry: TokenEntry): void {
    this.tokens.delete(entry);
  }

  holdClient(client: RegisteredClient): ClientEntry {
    const entry: ClientEntry = { client, round: this.round, state: 'holds', tokens: [] };
    this.clients.add(entry);
    return entry;
  }
}

/** What is wrong when something is in this state and the server says so of it; undefined when nothing is. */
export function contradiction(state: State, alive: boolean): string | undefined {
  if (state === 'holds' && !alive) return 'was acknowledged and does not work';
  if (state === 'gone' && alive) return 'was acknowledged as revoked and works';
  return undefined;
}
