import { launchChromiumServer } from './chromium.js';

// The process that keeps one Chromium for all test files of a test process: see chromium.ts.

const server = await launchChromiumServer();
server.once('close', () => process.exit());
process.once('disconnect', () => void server.close());
process.send?.(server.wsEndpoint());
