/** What is counted; a refresh is one of these and not a token too. */
export type CounterKind = 'authorization' | 'token' | 'refresh' | 'failure' | 'unprotected_code';

/** How often something happened to a client on a day (see `dayOf`). `detail` is a grant type or an error code. */
export interface Counter {
  clientId: string;
  day: number;
  kind: CounterKind;
  detail: string;
  count: number;
}

/** A person who used a client on a day. */
export interface PersonOfDay {
  clientId: string;
  day: number;
  accountId: string;
}

/**
 * Usage that is not written yet. Each kind of thing is kept up to `limit` times; `dropped` counts what came after. A key
 * has a space between its parts, which none of them contains.
 */
export class UsageTally {
  readonly #counters = new Map<string, Counter>();
  readonly #people = new Map<string, PersonOfDay>();
  readonly #clients = new Map<string, number>();
  readonly #secrets = new Map<string, number>();
  #dropped = 0;

  constructor(private readonly limit: number) {}

  get empty(): boolean {
    return this.#counters.size + this.#people.size + this.#clients.size + this.#secrets.size === 0;
  }

  get dropped(): number {
    return this.#dropped;
  }

  get counters(): Counter[] {
    return [...this.#counters.values()];
  }

  get people(): PersonOfDay[] {
    return [...this.#people.values()];
  }

  /** The last use of clients by client_id, in milliseconds since the epoch. */
  get clients(): ReadonlyMap<string, number> {
    return this.#clients;
  }

  /** The last use of secrets by the secret's id, in milliseconds since the epoch. */
  get secrets(): ReadonlyMap<string, number> {
    return this.#secrets;
  }

  count(clientId: string, day: number, kind: CounterKind, detail = '', count = 1): void {
    const key = `${clientId} ${String(day)} ${kind} ${detail}`;
    const counter = this.#counters.get(key);
    if (counter) counter.count += count;
    else this.#keep(this.#counters, key, { clientId, day, kind, detail, count }, count);
  }

  person(clientId: string, day: number, accountId: string): void {
    const key = `${clientId} ${String(day)} ${accountId}`;
    if (!this.#people.has(key)) this.#keep(this.#people, key, { clientId, day, accountId });
  }

  clientUsed(clientId: string, time: number): void {
    this.#keep(this.#clients, clientId, Math.max(time, this.#clients.get(clientId) ?? 0));
  }

  secretUsed(secretId: string, time: number): void {
    this.#keep(this.#secrets, secretId, Math.max(time, this.#secrets.get(secretId) ?? 0));
  }

  /** Takes in another tally. */
  add(other: UsageTally): void {
    for (const { clientId, day, kind, detail, count } of other.counters)
      this.count(clientId, day, kind, detail, count);
    for (const { clientId, day, accountId } of other.people) this.person(clientId, day, accountId);
    for (const [clientId, time] of other.clients) this.clientUsed(clientId, time);
    for (const [secretId, time] of other.secrets) this.secretUsed(secretId, time);
    this.#dropped += other.dropped;
  }

  #keep<T>(map: Map<string, T>, key: string, value: T, weight = 1): void {
    if (map.has(key) || map.size < this.limit) map.set(key, value);
    else this.#dropped += weight;
  }
}
