/**
 * How a request ended: as it should, with a status that it should not have, with an error that a redirect carries
 * (RFC 6749 section 4.1.2.1), without an answer, or not in time.
 */
export type Outcome = 'ok' | `status ${number}` | `redirect with ${string}` | 'no answer' | 'hung';

/** What a request yielded. `body` and `location` are empty when there was no answer. */
export interface Attempt {
  outcome: Outcome;
  status: number;
  body: Record<string, unknown>;
  location: string;
}

/** One request as it is remembered. Times in milliseconds of `performance.now()`. */
export interface Remembered {
  node: number;
  started: number;
  ended: number;
  outcome: Outcome;
  /** Whether the answer proves that something was written. */
  writes: boolean;
}

const HUNG_AFTER = 20_000;

/** The requests to the nodes, each one remembered. */
export class Requests {
  readonly remembered: Remembered[] = [];

  constructor(private readonly origins: readonly string[]) {}

  /** Sends a request to a node and says how it ended; `expected` is the status that it should answer with. */
  async attempt(
    node: number,
    path: string,
    request: {
      form?: Record<string, string>;
      json?: unknown;
      method?: string;
      headers?: Record<string, string>;
    },
    expected: number,
    writes = true,
  ): Promise<Attempt> {
    const started = performance.now();
    const attempt = await this.#send(node, path, request, expected);
    const { outcome } = attempt;
    this.remembered.push({ node, started, ended: performance.now(), outcome, writes });
    return attempt;
  }

  async #send(
    node: number,
    path: string,
    { form, json, method, headers = {} }: Parameters<Requests['attempt']>[2],
    expected: number,
  ): Promise<Attempt> {
    const body = form ? new URLSearchParams(form) : JSON.stringify(json);
    const type: Record<string, string> = json === undefined ? {} : { 'content-type': 'application/json' };
    try {
      const answer = await fetch(`${this.origins[node % this.origins.length] ?? ''}${path}`, {
        method: method ?? (body === undefined ? 'GET' : 'POST'),
        headers: { ...headers, ...type },
        redirect: 'manual',
        signal: AbortSignal.timeout(HUNG_AFTER),
        ...(body === undefined ? {} : { body }),
      });
      const text = await answer.text();
      const isJson = /json/.test(answer.headers.get('content-type') ?? '') && text !== '';
      const location = answer.headers.get('location') ?? '';
      const error = URL.parse(location)?.searchParams.get('error') ?? undefined;
      const asExpected = answer.status === expected ? 'ok' : (`status ${answer.status}` as const);
      return {
        outcome: error === undefined ? asExpected : `redirect with ${error}`,
        status: answer.status,
        body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
        location,
      };
    } catch (error) {
      const late = error instanceof Error && error.name === 'TimeoutError';
      return { outcome: late ? 'hung' : 'no answer', status: 0, body: {}, location: '' };
    }
  }
}
