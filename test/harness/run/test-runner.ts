import type { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { JestEnvironment } from '@jest/environment';
import type { TestResult } from '@jest/test-result';
import type { Config } from '@jest/types';
import { type JestGlobals, setGlobals } from './jest-globals.js';
import { ProcessState } from '../process/process-state.js';

type TestRunner = (
  globalConfig: Config.GlobalConfig,
  config: Config.ProjectConfig,
  environment: JestEnvironment,
  runtime: object,
  testPath: string,
  sendMessageToJest?: unknown,
) => Promise<TestResult>;

const require = createRequire(import.meta.url);
const runWithCircus = (require('jest-circus/runner') as { default: TestRunner }).default;
/** The key under which jest-circus keeps what listens to a run. */
const EVENT_HANDLERS = Symbol.for('EVENT_HANDLERS');

const asyncHooks = require('node:async_hooks') as { AsyncLocalStorage: typeof AsyncLocalStorage };
/** Those of the instances of jest-circus of this test file. */
const storages: AsyncLocalStorage<unknown>[] = [];

/**
 * Jest's own test runner, but the test files are loaded by Node.js itself and share the modules that they import with the
 * files before them in the same process. Jest's way, a context of its own with all modules for each file, takes seconds a
 * file. A file that changes the process and does not change it back fails.
 */
const runNatively: TestRunner = async (globalConfig, config, environment, runtime, testPath, send) => {
  const before = new ProcessState();
  const native = Object.assign(runtime, {
    requireInternalModule: requireNewInstance,
    unstable_shouldLoadAsEsm: () => true,
    unstable_importModule: (path: string) => import(pathToFileURL(path).href),
    setGlobalsForRuntime: (globals: JestGlobals) => setGlobals(globals, environment),
  });
  const result = await runWithCircus(globalConfig, config, environment, native, testPath, send);
  for (const storage of storages.splice(0)) storage.disable();
  environment.moduleMocker?.restoreAllMocks();
  before.expectUnchanged();
  return result;
};

export default runNatively;

/**
 * A new instance of jest-circus, whose state is that of one test file. It follows with an AsyncLocalStorage what belongs to
 * a test; each that is left enabled makes every promise of the files after it dearer.
 */
function requireNewInstance(path: string): unknown {
  delete require.cache[path];
  Reflect.deleteProperty(globalThis, EVENT_HANDLERS);
  // A value in Node.js 20, a getter in 22 and 24.
  const original = Object.getOwnPropertyDescriptor(asyncHooks, 'AsyncLocalStorage');
  if (!original) throw new Error('node:async_hooks has no AsyncLocalStorage');
  const { AsyncLocalStorage: Original } = asyncHooks;
  const value = class<T> extends Original<T> {
    constructor() {
      super();
      storages.push(this);
    }
  };
  Object.defineProperty(asyncHooks, 'AsyncLocalStorage', { value, configurable: true });
  try {
    return require(path);
  } finally {
    Object.defineProperty(asyncHooks, 'AsyncLocalStorage', original);
  }
}
