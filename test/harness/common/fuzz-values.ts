import { SeededRandom } from './seeded-random.js';

const TEXTS = [
  '',
  ' ',
  'a',
  'openid',
  'default',
  'Ünïcödé 漢字 🙂',
  '\u0000',
  '\ud800',
  '\u202e',
  '\r\nX-Injected: 1',
  "'; DROP TABLE members; --",
  '%',
  '%zz',
  '_',
  '..',
  '../../..',
  '__proto__',
  'constructor',
  'https://rp.example/cb',
  'https://user:pw@rp.example/#x',
  'javascript:alert(1)',
  'http://[::1]:99999/',
  '00000000-0000-4000-8000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  'account:00000000-0000-4000-8000-000000000000',
  'client:nobody',
  'owner',
  'private',
  'x'.repeat(3000),
];
const PARAMETERS = [
  '1',
  '0',
  '-1',
  '100',
  '101',
  '1e9',
  'true',
  'false',
  'public',
  'confidential',
  'client_credentials',
  '2026-01-31',
  '2026-02-30',
  '9999-12-31',
  '1000-01-01',
  '2026-01-31T00:00:00Z',
  '9999-12-31T23:59:59-23:59',
  '2026-01-31T24:00:00Z',
  Buffer.from('["2026-02-30T00:00:00.000000Z","00000000-0000-4000-8000-000000000000"]').toString('base64url'),
  Buffer.from('["2026-02-20T25:00:00.000000Z","00000000-0000-4000-8000-000000000000"]').toString('base64url'),
  Buffer.from('["2026-02-20T00:00:00.000000Z","00000000-0000-4000-8000-000000000000"]').toString('base64url'),
];
const NUMBERS = [0, -1, 1, 0.5, 60, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308];

/** Input that is valid, nearly valid or nonsense, the same for the same seed. */
export class FuzzValues extends SeededRandom {
  text(): string {
    return this.pick(TEXTS);
  }

  parameter(): string {
    return whole(this.pick(this.chance(0.8) ? PARAMETERS : TEXTS));
  }

  /** A part of a path that stays one. */
  segment(): string {
    return this.pick(TEXTS.map(whole).filter((text) => !/^\.*$/.test(text)));
  }

  /** A value of a conditional header. */
  tag(): string {
    return this.pick(['"1"', '"2"', 'W/"1"', '*', '""', '"', '1', '"1", "2"', '"99999999999999"', ',,,']);
  }

  json(depth = 0): unknown {
    if (depth < 3 && this.chance(0.2)) return Array.from({ length: 3 }, () => this.json(depth + 1));
    if (depth < 3 && this.chance(0.15))
      return { [this.text()]: this.json(depth + 1), keys: this.json(depth + 1) };
    if (this.chance(0.2)) return this.pick(NUMBERS);
    return this.chance(0.2) ? this.pick([true, false, null]) : this.text();
  }

  /** An object with some of these members, and now and then one more. */
  body(names: readonly string[]): Record<string, unknown> {
    const share = this.pick([0.1, 0.3, 0.6]);
    const chosen = names.filter(() => this.chance(share));
    if (this.chance(0.1)) chosen.push(this.text());
    return Object.fromEntries(chosen.map((name) => [name, this.json()]));
  }

  brokenJson(): string {
    return this.pick(['', '{', '[]', 'null', '"text"', '{"a":1,"a":2}', '['.repeat(5000), '{"a":"\\u0000"}']);
  }
}

/** Without half characters, which no URL can carry. */
function whole(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '');
}
