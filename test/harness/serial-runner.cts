import runner = require('jest-runner');

/** Runs test files one at a time. Jest runs the files of one runner after those of another, never at the same time. */
class SerialRunner extends runner.default {
  override readonly isSerial = true;
}

export = SerialRunner;
