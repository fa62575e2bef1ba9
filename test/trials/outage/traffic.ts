import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { obtainCode, type FreshCode } from '../../harness/protocol/codes.js';
import { obtainTokens, relyingParty } from '../../harness/protocol/relying-party.js';
import { CLIENTS, type RegisteredClient } from '../../harness/nodes/test-server.js';
import { basic } from '../../harness/protocol/wire.js';
import type { OutageNode } from '../../harness/nodes/outage-node.js';

/** How a request ended. `wrong` says what is not as it should be, whatever the state of the database. */
export interface Outcome {
  endpoint: 'protocol' | 'admin' | 'page' | 'ready' | 'health';
  status: number;
  milliseconds: number;
  at: number;
  wrong: string | undefined;
}

type Request = () => Promise<{ answer: Response; text: string; good: number }>;

/** What others are told, for the aftermath to compare with the database. */
export interface Told {
  /** Client credentials that were answered with a token. */
  tokens: number;
  asked: number;
  /** Names of the clients that 201 was answered for. */
  created: string[];
  /** How often each code was redeemed. */
  redeemed: Map<string, number>;
}

/** Many people, applications and operators at once, who go on whatever they are answered. */
export class Traffic {
  readonly outcomes: Outcome[] = [];
  readonly told: Told = { tokens: 0, asked: 0, created: [], redeemed: new Map() };
  #stopped = false;
  #running: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly node: OutageNode,
    readonly machine: RegisteredClient,
    readonly web: RegisteredClient,
    private readonly codes: FreshCode[],
    private accessToken: string,
    private refreshToken: string,
    /** Milliseconds after which a request without an answer hangs. */
    private readonly timeout: number,
  ) {}

  static async prepare(node: OutageNode, timeout: number, codes = 6): Promise<Traffic> {
    const machine = await register(node, {
      client_name: 'Machine',
      grant_types: ['client_credentials'],
      redirect_uris: [],
    });
    const web = await register(node, { client_name: 'Web', redirect_uris: ['https://rp.example/callback'] });
    const config = await relyingParty(node, web);
    const tokens = await obtainTokens(config, node.person);
    const fresh: FreshCode[] = [];
    // Of a browser each, and so of a grant each: one that ends with its code ends nothing else.
    for (let index = 0; index < codes; index++) fresh.push(await obtainCode(config, node.person));
    const { access_token, refresh_token = '' } = tokens;
    return new Traffic(node, machine, web, fresh, access_token, refresh_token, timeout);
  }

  /** Starts so many of each kind of request after another. */
  start(each: number): void {
    const one = (endpoint: Outcome['endpoint'], request: Request) => this.#repeat(endpoint, request);
    this.#running = Promise.all([
      ...Array.from({ length: each }, () => [
        one('protocol', () => this.#clientCredentials()),
        one('protocol', () => this.#introspect()),
        one('protocol', () => this.#userinfo()),
        one('admin', () => this.#list()),
        one('admin', () => this.#create()),
        one('page', () => this.#get('/oauth2/authorize?' + this.#authorization(), 303)),
        one('page', () => this.#get('/device', 200)),
      ]).flat(),
      one('protocol', () => this.#refresh()),
      one('protocol', () => this.#redeem()),
      one('ready', () => this.#get('/readyz', 200)),
      one('health', () => this.#get('/healthz', 200)),
    ]);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  /** Whether a client-credentials request is answered with a token now. */
  async serves(): Promise<boolean> {
    return (await this.#clientCredentials()).answer.status === 200;
  }

  /** One refresh; whether the chain of tokens is alive. */
  async refreshes(): Promise<number> {
    return (await this.#refresh()).answer.status;
  }

  async #repeat(endpoint: Outcome['endpoint'], request: Request): Promise<void> {
    while (!this.#stopped) {
      const started = performance.now();
      const outcome = await request().then(
        ({ answer, text, good }) => ({ status: answer.status, wrong: judge(endpoint, answer, text, good) }),
        (error: Error) => ({ status: 0, wrong: `${error.message}: ${String(error.cause)}` }),
      );
      const milliseconds = performance.now() - started;
      this.outcomes.push({ endpoint, ...outcome, milliseconds, at: Date.now() });
      // A refusal is quick, and an open loop would only measure how quick.
      await sleep(outcome.status === 503 ? 20 : 1);
    }
  }

  async #send(path: string, good: number, init: RequestInit = {}) {
    const signal = AbortSignal.timeout(this.timeout);
    try {
      const answer = await fetch(this.node.issuer + path, { ...init, redirect: 'manual', signal });
      return { answer, text: await answer.text(), good };
    } catch (cause) {
      const what = `${init.method ?? 'GET'} ${path.split('?')[0] ?? ''} got no answer`;
      throw new Error(what, { cause });
    }
  }

  #form(path: string, fields: Record<string, string>, client: RegisteredClient, good = 200) {
    return this.#send(path, good, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: basic(client),
    });
  }

  async #clientCredentials() {
    this.told.asked++;
    const result = await this.#form('/oauth2/token', { grant_type: 'client_credentials' }, this.machine);
    if (result.answer.status === 200) this.told.tokens++;
    return result;
  }

  #introspect() {
    return this.#form('/oauth2/introspect', { token: this.accessToken }, this.web);
  }

  #userinfo() {
    return this.#send('/oauth2/userinfo', 200, { headers: { authorization: `Bearer ${this.accessToken}` } });
  }

  async #refresh() {
    const fields = { grant_type: 'refresh_token', refresh_token: this.refreshToken };
    const result = await this.#form('/oauth2/token', fields, this.web);
    if (result.answer.status === 200) {
      const tokens = JSON.parse(result.text) as { access_token: string; refresh_token: string };
      this.refreshToken = tokens.refresh_token;
      this.accessToken = tokens.access_token;
    }
    return result;
  }

  /** Each code again and again until it is answered with something else than 503; then the next one. */
  async #redeem() {
    const code = this.codes[0];
    await sleep(200);
    if (!code) {
      return this.#get('/healthz', 200);
    }
    const result = await this.#form('/oauth2/token', code.form, this.web);
    const { status } = result.answer;
    if (status === 200) {
      this.told.redeemed.set(code.code, (this.told.redeemed.get(code.code) ?? 0) + 1);
    }
    if (status !== 503 && this.codes[0] === code) this.codes.shift();
    // One whose answer got lost is used up.
    return status === 400 && result.text.includes('invalid_grant') ? { ...result, good: 400 } : result;
  }

  #list() {
    return this.#send(CLIENTS, 200, { headers: { authorization: `Bearer ${this.node.adminToken}` } });
  }

  async #create() {
    const client_name = `Made ${randomUUID()}`;
    const result = await this.#send(CLIENTS, 201, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.node.adminToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        client_name,
        token_endpoint_auth_method: 'none',
        redirect_uris: ['https://a.example/'],
      }),
    });
    if (result.answer.status === 201) this.told.created.push(client_name);
    return result;
  }

  #get(path: string, good: number) {
    return this.#send(path, good, { headers: { accept: 'text/html' } });
  }

  #authorization(): string {
    return new URLSearchParams({
      client_id: this.web.client_id,
      redirect_uri: 'https://rp.example/callback',
      response_type: 'code',
      scope: 'openid',
      code_challenge: 'x'.repeat(43),
      code_challenge_method: 'S256',
    }).toString();
  }
}

/** What is wrong with an answer that may be the good one, or else has to be a 503 of the endpoint's own format. */
function judge(
  endpoint: Outcome['endpoint'],
  answer: Response,
  text: string,
  good: number,
): string | undefined {
  if (answer.status === good) return undefined;
  const shown = `${new URL(answer.url).pathname} ${String(answer.status)} ${text.slice(0, 120).replaceAll(/\s+/g, ' ')}`;
  if (answer.status !== 503 || endpoint === 'health') return shown;
  if (!(Number(answer.headers.get('retry-after')) > 0)) return `no Retry-After: ${shown}`;
  const type = answer.headers.get('content-type') ?? '';
  if (endpoint === 'page') return type.includes('text/html') ? undefined : `no page: ${shown}`;
  if (endpoint === 'protocol') {
    return type.includes('application/json') && text.includes('"error":"temporarily_unavailable"')
      ? undefined
      : `not RFC 6749: ${shown}`;
  }
  return type.includes('application/problem+json') ? undefined : `no problem: ${shown}`;
}

async function register(node: OutageNode, fields: object): Promise<RegisteredClient> {
  const answer = await fetch(node.issuer + CLIENTS, {
    method: 'POST',
    headers: { authorization: `Bearer ${node.adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(fields),
  });
  if (answer.status !== 201) throw new Error(`registering answered ${String(answer.status)}`);
  return (await answer.json()) as RegisteredClient;
}
