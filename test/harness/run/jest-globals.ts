import type { Jest, JestEnvironment } from '@jest/environment';
import type * as globals from '@jest/globals';

/** What jest-circus gives to a test file. */
export type JestGlobals = Omit<typeof globals, 'jest'>;

/** What the tests use of jest's mocks. */
type Mocks = Pick<Jest, 'spyOn' | 'fn'>;

// What `@jest/globals` exports while a test file runs, see globals-package.ts. Each file has its own.
export let afterAll: JestGlobals['afterAll'];
export let afterEach: JestGlobals['afterEach'];
export let beforeAll: JestGlobals['beforeAll'];
export let beforeEach: JestGlobals['beforeEach'];
export let describe: JestGlobals['describe'];
export let expect: JestGlobals['expect'];
export let it: JestGlobals['it'];
export let jest: Mocks;
export let test: JestGlobals['test'];

/** Sets what the next test file imports from `@jest/globals`. */
export function setGlobals(next: JestGlobals, { moduleMocker }: JestEnvironment): void {
  ({ afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test } = next);
  if (moduleMocker)
    jest = { spyOn: moduleMocker.spyOn.bind(moduleMocker), fn: moduleMocker.fn.bind(moduleMocker) };
}
