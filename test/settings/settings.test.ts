import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { readSettings, SettingsError } from '../../src/settings/settings.js';

const KEY = Buffer.alloc(32, 7).toString('base64url');

/** The names of the variables that are wrong. */
function problemsOf(env: Record<string, string>): string[] {
  try {
    readSettings(env);
    return [];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.problems.map((problem) => problem.split(/[:.]/, 1)[0] ?? '');
  }
}

describe('settings', () => {
  test('have a default for everything', () => {
    expect(problemsOf({})).toEqual([]);
    expect(readSettings({})).toMatchObject({
      issuer: 'http://localhost:3000',
      port: 3000,
      host: '127.0.0.1',
      databaseUrl: undefined,
      ttl: { authorizationCode: 60 },
    });
  });

  test('that are empty count as not set', () => {
    expect(readSettings({ PORT: '', DATABASE_URL: '', ISSUER: '' })).toEqual(readSettings({}));
  });

  test.each([
    [
      'ISSUER',
      ['https://id.example.com', 'https://id.example.com:8443', 'http://localhost:8080', 'http://[::1]:3000'],
    ],
    ['PORT', ['0', '80', '65535']],
    [
      'DATABASE_URL',
      ['postgres://u:p@h:5432/d', 'postgresql://h/d?sslmode=require', 'postgres://u@/d?host=/run'],
    ],
    ['ENCRYPTION_KEY', [KEY]],
    ['LOG_LEVEL', ['trace', 'silent']],
    ['REFRESH_GRACE', ['0', '300']],
    ['TRUSTED_PROXIES', ['0', '2']],
    ['WORKERS', ['1', '2', '256']],
    [
      'ADMIN_ISSUERS',
      ['[]', '[{"issuer":"https://a.example","jwks_uri":"https://a.example/jwks","audience":"x"}]'],
    ],
  ])('%s may be any of %j', (name, values) => {
    expect(values.filter((value) => problemsOf({ [name]: value }).length > 0)).toEqual([]);
  });

  test.each([
    [
      'ISSUER',
      [
        'http://id.example.com',
        'https://id.example.com/',
        'https://id.example.com/path',
        'https://id.example.com?a',
        'https://id.example.com#a',
        'https://user@id.example.com',
        'https://ID.example.com',
        'https://id.example.com:443',
        'http://localhost:80',
        'ftp://localhost',
        'localhost',
      ],
    ],
    ['PORT', ['-1', '65536', '0.5', 'http', 'NaN', 'Infinity']],
    ['DATABASE_URL', ['mysql://h/d', 'h/d', 'postgres://h:99999/d', 'postgres://a b/d']],
    ['ENCRYPTION_KEY', ['short', `${KEY}AAAA`, `!${KEY}`, 'x'.repeat(44)]],
    ['LOG_LEVEL', ['loud', 'INFO']],
    ['ACCESS_TOKEN_TTL', ['0', '-1', '1h', '1.5', '999999999999']],
    ['REFRESH_GRACE', ['-1', '301']],
    ['TRUSTED_PROXIES', ['true', '-1']],
    ['WORKERS', ['0', '-1', '257', '1.5', 'auto']],
    ['ADMIN_ISSUERS', ['{', '{}', '[{}]', '[{"issuer":"https://a.example","typo":1}]', '"x"']],
  ])('%s may be none of %j', (name, values) => {
    expect(values.filter((value) => !problemsOf({ [name]: value }).includes(name))).toEqual([]);
  });

  test('that are wrong are all named, each problem once', () => {
    const wrong = { ISSUER: 'x', PORT: '-0.5', LOG_LEVEL: 'x', SESSION_TTL: '0', DATABASE_URL: 'x' };
    expect(problemsOf(wrong).sort()).toEqual(Object.keys(wrong).sort());
  });

  test('that are secret show themselves to nobody', () => {
    const settings = readSettings({ DATABASE_URL: 'postgres://u:hunter2@h/d', ENCRYPTION_KEY: KEY });
    for (const shown of [
      JSON.stringify(settings),
      inspect(settings, { depth: 9 }),
      String(settings.databaseUrl),
    ]) {
      expect(shown).toContain('[secret]');
      expect(shown).not.toContain('hunter2');
      expect(shown).not.toContain(KEY);
    }
    expect(settings.databaseUrl?.reveal()).toContain('hunter2');
  });
});
