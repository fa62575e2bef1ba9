import { FuzzValues } from '../common/fuzz-values.js';
import { type Proper, TOKENS_OF_FORMS } from './proper-requests.js';

/** A request as bytes. */
export interface Malformed {
  bytes: Buffer;
  /** Whether all of the body that its head promises is there, so that there has to be an answer. */
  complete: boolean;
  /** For the message of a failure: the beginning of it. */
  text: string;
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'FOO', 'get'];
const TYPES = [
  'application/x-www-form-urlencoded',
  'application/json',
  'application/merge-patch+json',
  'application/x-www-form-urlencoded; charset=utf-16',
  'multipart/form-data; boundary=x',
  'text/plain',
  'x',
  '',
];
const HEADERS: readonly (readonly [string, readonly string[]])[] = [
  ['Accept', ['text/html', 'application/json', '*/*;q=x', ',']],
  ['Authorization', ['Bearer', 'Bearer a.b.c', 'Basic', 'Basic =', 'Basic YQ==', 'Basic JXp6OiU=', 'DPoP x']],
  ['Content-Encoding', ['gzip', 'identity', 'x']],
  [
    'Cookie',
    ['a', '=;=;=', 'postern_session=x; postern_session.sig=y', `postern_interaction=${'a'.repeat(999)}`],
  ],
  ['Host', ['evil.example', 'x:99999', 'a b', '']],
  ['If-Match', ['*', 'W/"1"', '"', '",'.repeat(99)]],
  ['If-None-Match', ['*', ',']],
  ['Origin', ['null', 'https://evil.example', 'x']],
  ['Range', ['bytes=0-']],
  ['X-Forwarded-For', ['::1', 'x', ',,,']],
  ['X-Request-Id', ['"', 'x'.repeat(200)]],
];
const PATH_CHANGES: readonly ((path: string) => string)[] = [
  (path) => `${path}/`,
  (path) => `/${path}`,
  (path) => path.toUpperCase(),
  (path) => path.replace(/(?<=.)\//, '/%2e%2e/'),
  (path) => `${path}/%`,
  (path) => `${path}/%ff`,
  (path) => `${path}%00`,
  (path) => path.slice(1),
  (path) => `http://evil.example${path}`,
];

/** Requests that are right in most of their parts and wrong in a few, the same for the same seed. */
export class MalformedRequests extends FuzzValues {
  constructor(
    seed: number,
    private readonly proper: readonly Proper[],
  ) {
    super(seed);
  }

  next(): Malformed {
    const { method, path, query = {}, form, json, headers = {} } = this.pick(this.proper);
    const target = this.#path(path) + this.#query(query);
    let body = json ? this.#json(json) : form ? this.#pairs(form) : '';
    if (body !== '' && this.chance(0.05))
      body = this.pick([body.slice(0, body.length / 2), '\0\xff', `${body}&=&&`]);
    if (body === '' && this.chance(0.03)) body = this.pick(['a=b', '{}', '[']);
    if (this.chance(0.02)) body = 'a=b&'.repeat(300_000);
    const fields = new Map(Object.entries(headers));
    const type = json ? 'application/json' : 'application/x-www-form-urlencoded';
    if (body !== '') fields.set('Content-Type', this.chance(0.9) ? type : this.pick(TYPES));
    while (this.chance(0.25)) {
      const [name, values] = this.pick(HEADERS);
      fields.set(name, this.pick(values));
    }
    for (const name of fields.keys()) if (this.chance(0.04)) fields.delete(name);
    if (!fields.has('Host') && this.chance(0.99)) fields.set('Host', 'localhost');
    const frame = this.#frame(body);
    const line = `${this.chance(0.9) ? method : this.pick(METHODS)} ${target} HTTP/1.${this.chance(0.97) ? '1' : '0'}`;
    const head = [
      line,
      'Connection: close',
      ...[...fields].map(([name, value]) => `${name}: ${value}`),
      ...frame.head,
    ];
    const text = head.join('\r\n');
    return {
      bytes: Buffer.concat([Buffer.from(`${text}\r\n\r\n`, 'latin1'), frame.body]),
      complete: frame.complete,
      text: `${text}\n${body.slice(0, 300)}`,
    };
  }

  #path(path: string): string {
    return this.chance(0.9) ? path : this.pick(PATH_CHANGES)(path);
  }

  #query(query: Readonly<Record<string, string>>): string {
    if (Object.keys(query).length === 0) return this.chance(0.9) ? '' : `?${this.#pairs({ a: 'b' })}`;
    return `?${this.#pairs(query)}`;
  }

  /** Some pairs are gone, some twice, some have another value; one or two are strange. */
  #pairs(fields: Readonly<Record<string, string>>): string {
    const pairs = Object.entries(fields).flatMap(([name, right]) => {
      const value = this.chance(0.85) ? right : this.text();
      const pair = `${encodeURIComponent(name)}=${this.#encoded(value)}`;
      // Without the tokens of a form nothing behind them is reached.
      if (TOKENS_OF_FORMS.includes(name) && this.chance(0.9)) return [`${name}=${encodeURIComponent(right)}`];
      if (this.chance(0.06)) return [];
      return this.chance(0.05) ? [pair, `${name}=${this.#encoded(this.text())}`] : [pair];
    });
    while (this.chance(0.15)) pairs.push(`${this.#encoded(this.text())}=${this.#encoded(this.text())}`);
    return pairs.join(this.chance(0.95) ? '&' : ';');
  }

  #encoded(text: string): string {
    if (this.chance(0.03))
      return this.pick(['%', '%zz', '%ff%fe', '%ed%a0%80', '%00', '+', 'a'.repeat(9_000)]);
    return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));
  }

  #json(fields: Readonly<Record<string, unknown>>): string {
    if (this.chance(0.08)) return this.brokenJson();
    const members = Object.entries(fields).filter(() => this.chance(0.92));
    const changed = members.map(([name, right]) => [name, this.chance(0.85) ? right : this.json()] as const);
    if (this.chance(0.1)) changed.push([this.text(), this.json()]);
    return JSON.stringify(Object.fromEntries(changed));
  }

  #frame(text: string): { head: string[]; body: Buffer; complete: boolean } {
    const body = Buffer.from(text);
    const length = (bytes: number) => `Content-Length: ${String(bytes)}`;
    if (text === '') return { head: this.chance(0.98) ? [] : [length(5)], body, complete: false };
    const chunked = Buffer.concat([
      Buffer.from(`${body.length.toString(16)}\r\n`),
      body,
      Buffer.from('\r\n0\r\n\r\n'),
    ]);
    if (this.chance(0.94)) return { head: [length(body.length)], body, complete: true };
    return this.pick([
      { head: ['Transfer-Encoding: chunked'], body: chunked, complete: true },
      { head: ['Transfer-Encoding: chunked', length(body.length)], body: chunked, complete: true },
      { head: ['Transfer-Encoding: x, chunked'], body: chunked, complete: false },
      { head: [length(-1)], body, complete: true },
      { head: [length(body.length + 10)], body, complete: false },
    ]);
  }
}
