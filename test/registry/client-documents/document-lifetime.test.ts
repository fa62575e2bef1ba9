import { expect, test } from '@jest/globals';
import { lifetimeOf } from '../../../src/registry/client-documents/document-lifetime.js';

const NOW = Date.parse('2026-11-26T12:00:00Z');

test.each<[Record<string, string>, number]>([
  [{}, 3600],
  [{ 'cache-control': 'max-age=7200' }, 7200],
  [{ 'cache-control': 'public, Max-Age=7200, must-revalidate' }, 7200],
  [{ 'cache-control': 'max-age=7200', age: '7000' }, 200],
  [{ 'cache-control': 'max-age=10' }, 60],
  [{ 'cache-control': 'max-age=0' }, 60],
  [{ 'cache-control': 'no-store' }, 60],
  [{ 'cache-control': 'no-cache, max-age=7200' }, 60],
  [{ 'cache-control': 'max-age=9999999999' }, 86_400],
  [{ expires: 'Thu, 26 Nov 2026 14:00:00 GMT' }, 7200],
  [{ expires: 'Thu, 26 Nov 2026 11:00:00 GMT' }, 60],
  [{ expires: '0' }, 60],
  [{ 'cache-control': 'max-age=120', expires: 'Thu, 26 Nov 2026 14:00:00 GMT' }, 120],
])('a response with %j is kept for %d seconds', (headers, seconds) => {
  expect(lifetimeOf(new Headers(headers), NOW)).toBe(seconds);
});
