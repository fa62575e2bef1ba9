#!/usr/bin/env node
import type { run as Run } from './cli/run.js' with { 'resolution-mode': 'import' };

// This file has to be understood by every version of Node.js, so that one that is too old is told so in a sentence.
const OLDEST = [20, 19];
const version = process.versions.node.split('.').map(Number);
if (version[0]! < OLDEST[0]! || (version[0] === OLDEST[0] && version[1]! < OLDEST[1]!)) {
  process.stderr.write(
    'postern: Node.js ' +
      process.version +
      ' is too old; install Node.js 22 or 24 (' +
      OLDEST.join('.') +
      ' or newer works).\n',
  );
  process.exit(2);
}

// bcrypt and WebCrypto share libuv's pool of threads, whose size is read once, when it is first used. A CommonJS module
// is loaded without it; an ES module is not.
if (!process.env['UV_THREADPOOL_SIZE']) process.env['UV_THREADPOOL_SIZE'] = '16';

// oidc-provider/lib/index.js:8-12 warns of every version of Node.js that is no LTS release from 22 on, each time that it
// is loaded, through console.warn (lib/helpers/attention.js). The server logs a line of its own instead, once for each
// start: src/server/start-warnings.ts.
const engineConsole = globalThis.console;
const warn = engineConsole.warn.bind(engineConsole);
engineConsole.warn = (...parts: unknown[]) => {
  if (!String(parts[0]).includes('oidc-provider WARNING: Unsupported runtime.')) warn(...parts);
};

// Compiled code is kept beside the installed packages, where only who may change the code can change it. Node.js 22.1 and
// newer have this; where the directory is not writable it does nothing.
const { enableCompileCache } = process.getBuiltinModule('node:module') as {
  enableCompileCache?: (directory: string) => unknown;
};
if (enableCompileCache) enableCompileCache(__dirname + '/../../node_modules/.cache/postern');

// scripts/bundle.js makes it of cli/run.js: some 1 500 modules that Node.js would look for and load one by one.
const bundle = '../bundle/run.js';
void (import(bundle) as Promise<{ run: typeof Run }>).then(({ run }) => run(process.argv));
