import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { ALL_SETTINGS } from '../../src/settings/all-settings.js';
import { Secret } from '../../src/settings/secret.js';
import { currentSettings, environmentOfWorkers, readSettings } from '../../src/settings/settings.js';
import { problemsOf, sentencesOf } from './problems.js';

const KEY = Buffer.alloc(32, 7).toString('base64url');

/** An entry of ADMIN_ISSUERS for each of these, with its fields in place of its own. */
function issuers(...all: object[]): string {
  const entry = { issuer: 'https://a.example', jwks_uri: 'https://a.example/jwks', audience: 'x' };
  return JSON.stringify(all.map((fields) => ({ ...entry, ...fields })));
}

const INTROSPECTION = {
  introspection_endpoint: 'https://a.example/introspect',
  introspection_client_id: 'postern',
  introspection_client_secret: 'only-for-introspection',
};

describe('settings', () => {
  test('have a default for everything', () => {
    expect(problemsOf({})).toEqual([]);
    expect(readSettings({})).toMatchObject({
      issuer: 'http://localhost:3000',
      port: 3000,
      host: '127.0.0.1',
      databaseUrl: undefined,
      passwordHashCost: 12,
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
    ['PASSWORD_HASH_COST', ['10', '15']],
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
    ['ID_TOKEN_ALG', ['HS256', 'none', 'PS256']],
    ['REFRESH_GRACE', ['-1', '301']],
    ['TRUSTED_PROXIES', ['true', '-1']],
    ['WORKERS', ['0', '-1', '257', '1.5', 'auto']],
    ['PASSWORD_HASH_COST', ['9', '16', '12.5']],
    [
      'IDENTITY_ISSUERS',
      ['{', '[{}]', '[{"issuer":"http://a.example","jwks_uri":"https://a.example/jwks"}]'],
    ],
    ['ADMIN_ISSUERS', ['{', '{}', '[{}]', '[{"issuer":"https://a.example","typo":1}]', '"x"']],
  ])('%s may be none of %j', (name, values) => {
    expect(values.filter((value) => !problemsOf({ [name]: value }).includes(name))).toEqual([]);
  });

  test.each([
    ['HOST', ['::1', '0.0.0.0', 'localhost', 'node-1.internal'], ['http://localhost', 'localhost:80', ' ']],
    ['DATA_DIR', ['/var/lib/postern'], [' ']],
    ['DATABASE_PREPARED_STATEMENTS', ['true', 'false'], ['yes', '1', ' ']],
    [
      'DNS_SERVERS',
      ['192.0.2.1,[2001:db8::1]:53', '2001:db8::1'],
      ['dns.example', '192.0.2.1:0', '[192.0.2.1]:53', '192.0.2.1:70000'],
    ],
    ['REGISTRATION', ['off', 'open', 'token'], ['on', 'true']],
    ['REGISTRATION_PROJECT', ['default/default'], ['default', '/', 'a/b/c', 'a b/c']],
    [
      'REGISTRATION_GRANT_TYPES',
      ['refresh_token,client_credentials'],
      ['"refresh_token"', 'refresh_tokens', 'password'],
    ],
    [
      'REGISTRATION_REDIRECT_HOSTS',
      ['app.example localhost', 'com.example.app:', '[::1]'],
      ['https://app.example', 'app.example:8080', 'App.example', 'app.example/path', '*.example'],
    ],
    ['REGISTRATION_SCOPES', ['openid profile'], ['"openid"']],
    ['USAGE_FLUSH_INTERVAL', ['1', '30'], ['0', '31', ' ']],
    ['DYNAMIC_CLIENT_RETENTION_DAYS', ['0', '3650'], ['-1', '3651', '1e3', '0x10']],
  ])('%s may be any of %j and none of %j', (name, right, wrong) => {
    expect(right.flatMap((value) => problemsOf({ [name]: value }))).toEqual([]);
    for (const value of wrong) expect(problemsOf({ [name]: value })).toEqual([name]);
  });

  test.each([
    ['LOG_LEVEL', 'loud', 'LOG_LEVEL: must be one of trace, debug, info, warn, error, silent'],
    ['REGISTRATION', 'on', 'REGISTRATION: must be one of off, open, token'],
    ['WORKERS', 'many', 'WORKERS: must be a whole number from 1 to 256'],
    ['ADMIN_ISSUERS', '{}', 'ADMIN_ISSUERS: must be a list'],
    ['ADMIN_ISSUERS', '[1]', 'ADMIN_ISSUERS.0: must be an object'],
    ['ADMIN_ISSUERS', issuers({ audience: undefined }), 'ADMIN_ISSUERS.0.audience: is missing'],
    ['ADMIN_ISSUERS', issuers({ audience: '' }), 'ADMIN_ISSUERS.0.audience: must not be empty'],
    ['ADMIN_ISSUERS', issuers({ audience: 5 }), 'ADMIN_ISSUERS.0.audience: must be text'],
    ['ADMIN_ISSUERS', issuers({ issuer: 'x' }), 'ADMIN_ISSUERS.0.issuer: must be an http or https URL'],
    ['ADMIN_ISSUERS', issuers({ aud: 'x' }), 'ADMIN_ISSUERS.0: has unknown fields: aud'],
    [
      'ADMIN_ISSUERS',
      issuers({ issuer: 'http://a.example' }),
      'ADMIN_ISSUERS.0.issuer: must be https (http only for localhost)',
    ],
    [
      'ADMIN_ISSUERS',
      issuers({ jwks_uri: 'http://a.example/jwks' }),
      'ADMIN_ISSUERS.0.jwks_uri: must be https (http only for localhost)',
    ],
    [
      'ADMIN_ISSUERS',
      issuers({ issuer: 'ftp://a.example' }),
      'ADMIN_ISSUERS.0.issuer: must be an http or https URL',
    ],
    [
      'ADMIN_ISSUERS',
      issuers({ issuer: 'http://localhost:3000' }),
      'ADMIN_ISSUERS: leave out the issuer of this server itself',
    ],
    [
      'ADMIN_ISSUERS',
      issuers({}, { jwks_uri: 'https://b.example/jwks' }),
      'ADMIN_ISSUERS: must not name an issuer twice',
    ],
    ['ADMIN_ISSUERS', issuers({ scopes: { a: 'clients.read' } }), 'ADMIN_ISSUERS.0.scopes.a: must be a list'],
    [
      'ADMIN_ISSUERS',
      issuers({ introspection_endpoint: 'https://a.example/i' }),
      'ADMIN_ISSUERS.0.introspection_endpoint: goes with a client',
    ],
    [
      'ADMIN_ISSUERS',
      issuers({ introspection_client_secret: 's' }),
      'ADMIN_ISSUERS.0.introspection_endpoint: goes with a client',
    ],
    [
      'ADMIN_ISSUERS',
      issuers({ ...INTROSPECTION, introspection_endpoint: 'http://a.example/i' }),
      'ADMIN_ISSUERS.0.introspection_endpoint: must be https',
    ],
    [
      'ADMIN_ISSUERS',
      issuers(INTROSPECTION, { ...INTROSPECTION, issuer: 'https://b.example' }),
      'ADMIN_ISSUERS: must not have introspection_endpoint twice',
    ],
    [
      'REGISTRATION_GRANT_TYPES',
      'refresh_tokens',
      'REGISTRATION_GRANT_TYPES: must be grant types among authorization_code, refresh_token',
    ],
  ])('%s=%s is refused with a sentence of ours', (name, value, sentence) => {
    expect(() => readSettings({ [name]: value })).toThrow(`\n  - ${sentence}`);
  });

  test('never show a sentence of the library that checks them', () => {
    for (const name of Object.keys(ALL_SETTINGS)) {
      for (const value of [' ', 'x !"y', '-1', '{', '[null]', '99999999999999999999', '%']) {
        for (const problem of sentencesOf({ [name]: value })) {
          expect(problem).not.toMatch(/invalid|expected|received|too (small|big)|unrecognized|NaN/i);
        }
      }
    }
  });

  test('that have a secret inside are shown without it', () => {
    const ADMIN_ISSUERS = issuers(INTROSPECTION, { issuer: 'https://b.example' });
    const shown = currentSettings({ ADMIN_ISSUERS }).find(({ name }) => name === 'ADMIN_ISSUERS');
    expect(shown?.value).toContain('"introspection_client_secret":"[secret]"');
    expect(shown?.value).not.toContain('only-for-introspection');
    expect(JSON.parse(shown?.value ?? '')).toHaveLength(2);
    const { adminIssuers } = readSettings({ ADMIN_ISSUERS });
    expect(inspect(adminIssuers, { depth: 9 }) + JSON.stringify(adminIssuers)).not.toContain(
      'only-for-introspection',
    );
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

test('a worker tells whether the operator named the database', () => {
  const url = new Secret('postgres://postern@127.0.0.1:5433/postern');
  const shown = (given: NodeJS.ProcessEnv) =>
    readSettings(environmentOfWorkers(url, given)).effective.find(({ name }) => name === 'DATABASE_URL');
  const base = { ISSUER: 'http://localhost:3000' };
  expect(shown(base)).toMatchObject({ value: null, source: 'default' });
  expect(shown({ ...base, DATABASE_URL: url.reveal() })).toMatchObject({ source: 'environment' });
  expect(readSettings(environmentOfWorkers(url, base)).databaseUrl?.reveal()).toBe(url.reveal());
});
