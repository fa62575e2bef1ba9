import { createRequire } from 'node:module';
import type runner from 'jest-runner';

// jest-runner's types describe its CommonJS form.
const { default: TestRunner } = createRequire(import.meta.url)('jest-runner') as typeof runner;

/** Runs test files beside each other. Jest runs the files of one runner after those of another, never at the same time. */
export default class AfterOthersRunner extends TestRunner {}
