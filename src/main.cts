#!/usr/bin/env node
// bcrypt and WebCrypto share libuv's pool of threads, whose size is read once, when it is first used. A CommonJS module
// is loaded without it; an ES module is not.
process.env['UV_THREADPOOL_SIZE'] ??= '16';

void import('./cli/run.js').then(({ run }) => run(process.argv));
