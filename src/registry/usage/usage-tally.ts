import type { FailureDetail } from './failure-detail.js';

/** What is counted; a refresh is one of these and not a token too. */
export type CounterKind = 'authorization' | 'token' | 'refresh' | 'failure' | 'unprotected_code';

/** How often something happened to a client in an hour (see `hourOf`). `detail` is a grant type or an error code. */
export interface Counter {
  clientId: string;
  hour: number;
  kind: CounterKind;
  detail: string;
  count: number;
}

/** The newest failure of a client with an error code. */
export interface NewestFailure {
  clientId: string;
  code: string;
  /** Milliseconds since the epoch. */
  time: number;
  detail: FailureDetail;
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
  readonly #failures = new Map<string, NewestFailure>();
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

  get failures(): NewestFailure[] {
    return [...this.#failures.values()];
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

  count(clientId: string, hour: number, kind: CounterKind, detail = '', count = 1): void {
    const key = `${clientId} ${String(hour)} ${kind} ${detail}`;
    const counter = this.#counters.get(key);
    if (counter) counter.count += count;
    else this.#keep(this.#counters, key, { clientId, hour, kind, detail, count }, count);
  }

  /** Keeps it if it is the newest one of its kind. */
  failure(failure: NewestFailure): void {
    const key = `${failure.clientId} ${failure.code}`;
    const known = this.#failures.get(key);
    if (!known || known.time <= failure.time) this.#keep(this.#failures, key, failure, 0);
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
    for (const { clientId, hour, kind, detail, count } of other.counters)
      this.count(clientId, hour, kind, detail, count);
    for (const failure of other.failures) this.failure(failure);
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
