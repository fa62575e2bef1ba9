import { describe, expect, test } from '@jest/globals';
import { readServerSettings } from '../../src/settings/settings.js';
import { problemsOf, sentencesOf } from './problems.js';

describe('ISSUER and PORT', () => {
  test.each([
    [{}, 'http://localhost:3000'],
    [{ PORT: '4700' }, 'http://localhost:4700'],
    [{ PORT: '80' }, 'http://localhost'],
    // The free port is not known yet.
    [{ PORT: '0' }, 'http://localhost:3000'],
  ])('%j means the issuer %s', (env, issuer) => {
    expect(readServerSettings(env).issuer).toBe(issuer);
  });

  test('a wrong PORT is one mistake, not two', () => {
    expect(problemsOf({ PORT: '70000' })).toEqual(['PORT']);
    expect(problemsOf({ PORT: 'eighty' })).toEqual(['PORT']);
  });

  test.each([
    [
      { PORT: '4700', ISSUER: 'http://localhost:3000' },
      'ISSUER: http://localhost:3000 leads to port 3000, but PORT is 4700: set ISSUER=http://localhost:4700 or PORT=3000; behind a proxy, set TRUSTED_PROXIES to the number of proxies',
    ],
    [{ ISSUER: 'http://127.0.0.1:4700' }, 'set ISSUER=http://127.0.0.1:3000 or PORT=4700;'],
    [{ ISSUER: 'http://localhost' }, 'leads to port 80, but PORT is 3000: set ISSUER=http://localhost:3000'],
  ])('a server with %j is refused', (env, sentence) => {
    expect(sentencesOf(env, readServerSettings)).toEqual([expect.stringContaining(sentence)]);
    expect(problemsOf(env)).toEqual([]);
  });

  test.each([
    { PORT: '4700', ISSUER: 'https://localhost:3000' },
    { PORT: '4700', ISSUER: 'http://localhost:3000', TRUSTED_PROXIES: '1' },
    { PORT: '4700', ISSUER: 'https://id.example.com' },
    { PORT: '0', ISSUER: 'http://localhost:4700' },
    { PORT: '80', ISSUER: 'http://localhost' },
  ])('a server with %j is not', (env) => {
    expect(sentencesOf(env, readServerSettings)).toEqual([]);
  });
});
