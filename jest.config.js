import { availableParallelism } from 'node:os';

const filesOf = (names) => names.map((name) => `/dist/test/${name}\\.test\\.js$`);
/** Test files that measure time: they run one at a time, while nothing else does. */
const ALONE = filesOf(['identity/passwords/sign-in-timing', 'registry/clients/secret-check']);
/** Test files that kill databases under load: they run beside each other, while nothing else does. */
const FAILING_DATABASES = filesOf(['server/processes/crash', 'trials/outage/outage']);

const common = {
  testEnvironment: '<rootDir>/dist/test/harness/run/environment.js',
  testRunner: '<rootDir>/dist/test/harness/run/test-runner.js',
  transform: {},
  roots: ['<rootDir>/dist/test'],
};

export default {
  projects: [
    {
      ...common,
      displayName: 'parallel',
      testMatch: ['**/*.test.js'],
      testPathIgnorePatterns: [...ALONE, ...FAILING_DATABASES],
    },
    {
      ...common,
      displayName: 'alone',
      testRegex: ALONE,
      runner: '<rootDir>/dist/test/harness/run/serial-runner.js',
    },
    {
      ...common,
      displayName: 'failing databases',
      testRegex: FAILING_DATABASES,
      runner: '<rootDir>/dist/test/harness/run/after-others-runner.js',
    },
  ],
  globalSetup: '<rootDir>/dist/test/harness/run/global-setup.js',
  globalTeardown: '<rootDir>/dist/test/harness/run/global-teardown.js',
  testSequencer: '<rootDir>/dist/test/harness/run/longest-first.js',
  testTimeout: 60_000,
  // More than there are cores: tests wait for the database, the browser and other processes for half of their time.
  maxWorkers: 2 * availableParallelism(),
};
