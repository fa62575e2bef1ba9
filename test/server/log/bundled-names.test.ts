import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const BUNDLE = join('dist', 'bundle');

/** Our errors for the engine, which names an error by its class. */
const ERROR = /var (\w+)\s*=\s*class extends \w+\.OIDCProviderError\s*\{(.*?)\}\s*\}/gs;

test('errors have the name in the program that they have in the source', () => {
  const chunks = readdirSync(BUNDLE).filter((name) => name.endsWith('.js'));
  // Long lines are broken, also within texts.
  const program = chunks
    .map((name) => readFileSync(join(BUNDLE, name), 'utf8'))
    .join('\n')
    .replaceAll('\\\n', '');
  const errors = [...program.matchAll(ERROR)].map(([, bundled = '', body = '']) => {
    const [, own = bundled] = /\bname\s*=\s*"(\w+)"/.exec(body) ?? [];
    return own;
  });
  expect(errors.sort()).toEqual(['SlowDown', 'TemporarilyUnavailable']);
});
