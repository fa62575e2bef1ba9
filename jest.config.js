import { availableParallelism } from 'node:os';

/** Test files that measure time or kill databases under load: they run one at a time, while nothing else does. */
const ALONE = [
  'identity/passwords/sign-in-timing',
  'registry/clients/secret-check',
  'server/processes/crash',
  'trials/outage/outage',
].map((name) => `/dist/test/${name}\\.test\\.js$`);

const common = {
  testEnvironment: '<rootDir>/dist/test/harness/run/environment.js',
  testRunner: '<rootDir>/dist/test/harness/run/test-runner.js',
  transform: {},
  roots: ['<rootDir>/dist/test'],
};

export default {
  projects: [
    { ...common, displayName: 'parallel', testMatch: ['**/*.test.js'], testPathIgnorePatterns: ALONE },
    {
      ...common,
      displayName: 'alone',
      testRegex: ALONE,
      runner: '<rootDir>/dist/test/harness/run/serial-runner.js',
    },
  ],
  globalSetup: '<rootDir>/dist/test/harness/run/global-setup.js',
  globalTeardown: '<rootDir>/dist/test/harness/run/global-teardown.js',
  testTimeout: 60_000,
  // More than there are cores: tests wait for the database, the browser and other processes for half of their time.
  maxWorkers: 2 * availableParallelism(),
};
