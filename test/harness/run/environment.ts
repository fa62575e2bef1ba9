import type { Context } from 'node:vm';
import type { JestEnvironment } from '@jest/environment';
import { ModuleMocker } from 'jest-mock';

/** The process itself as the environment of test files. */
export default class NativeEnvironment implements JestEnvironment {
  readonly global = globalThis as unknown as JestEnvironment['global'];
  readonly fakeTimers = null;
  readonly fakeTimersModern = null;
  readonly moduleMocker = new ModuleMocker(globalThis);
  readonly #console = globalThis.console;
  readonly #exit = process.exit.bind(process);

  async setup(): Promise<void> {}

  /** Takes back what jest puts into an environment: a console that collects, and an exit that reports. */
  async teardown(): Promise<void> {
    globalThis.console = this.#console;
    process.exit = this.#exit;
  }

  getVmContext(): Context | null {
    return null;
  }

  exportConditions(): string[] {
    return ['node', 'node-addons'];
  }
}
