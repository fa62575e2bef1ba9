import { createRequire } from 'node:module';
import type { Test } from '@jest/test-result';
import type sequencer from '@jest/test-sequencer';

// As with runners, the types describe the CommonJS form.
const { default: TestSequencer } = createRequire(import.meta.url)('@jest/test-sequencer') as typeof sequencer;

/** Files that take long for their size; a clone that has run no test yet knows sizes only. */
const LONG = [
  'trials/dump/stolen-dump',
  'docs/documents',
  'server/processes/ending-workers',
  'server/processes/workers',
  'endpoints/openapi/fuzz',
  'platform/db/embedded',
  'server/processes/quiet-stop',
  'trials/journey/journey',
  'server/processes/redemption',
  'server/tracing/tracing',
  'endpoints/site/home.browser',
  'endpoints/console/first-token',
].map((name) => `/dist/test/${name}.test.js`);

const isLong = ({ path }: Test): boolean => LONG.some((name) => path.endsWith(name));

/** Begins the long files first, so that the last one does not end alone. */
export default class LongestFirst extends TestSequencer {
  override sort(tests: readonly Test[]): Test[] {
    const sorted = super.sort([...tests]) as Test[];
    return [...sorted.filter(isLong), ...sorted.filter((test) => !isLong(test))];
  }
}
