import { afterEach, describe, expect, test } from '@jest/globals';
import { readableLine } from '../../../src/platform/telemetry/readable-line.js';
import { killAll, openCommandLine, PosternProcess } from '../../harness/nodes/postern-process.js';
import { freePort } from '../../harness/nodes/test-server.js';

afterEach(killAll);

test('LOG_FORMAT=pretty: a short line a request, and each start ends with what runs and how to go on', async () => {
  const shell = await openCommandLine();
  const PORT = String(await freePort());
  const issuer = `http://localhost:${PORT}`;
  const environment = { ...shell.environment, PORT, ISSUER: issuer, LOG_FORMAT: 'pretty' };
  const server = new PosternProcess(['serve'], environment);
  await server.says('Ctrl-C');
  await fetch(`${issuer}/healthz?not=logged`);
  expect(await server.end('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(server.stderr).toMatch(/^\d\d:\d\d:\d\d GET \/healthz 200 \d+ ms$/m);
  expect(server.stderr).toMatch(/^ {2}Postern \d+\.\d+\.\d+ +http:\/\/localhost:\d+ /m);
  expect(server.stderr).toContain('npm run postern -- account set-password operator@postern.test');
  expect(server.stderr).not.toMatch(/^\{|\u001b/m);
  expect(server.stdout).not.toContain('Ctrl-C');
  await shell.database.drop();
});

describe('a line for people', () => {
  const time = new Date(2026, 0, 2, 3, 4, 5).toISOString();
  const line = (entry: object, colours = false) => readableLine(JSON.stringify({ time, ...entry }), colours);

  test('has the level unless it is info, and the fields', () => {
    expect(line({ level: 'info', msg: 'listening', port: 1 })).toBe('03:04:05 listening port=1\n');
    expect(line({ level: 'warn', msg: 'odd', ids: [1] })).toBe('03:04:05 warn odd ids=[1]\n');
  });

  test('of a request that failed has the id under which to find it', () => {
    const request = {
      level: 'info',
      msg: 'request',
      method: 'GET',
      path: '/x',
      milliseconds: 7,
      requestId: 'id-1',
    };
    expect(line({ ...request, status: 200, finished: true })).toBe('03:04:05 GET /x 200 7 ms\n');
    expect(line({ ...request, status: 500, finished: true })).toBe('03:04:05 GET /x 500 7 ms request id-1\n');
    expect(line({ ...request, status: 200, finished: false })).toContain('the caller hung up');
  });

  test('shows the stack of an error on lines of its own', () => {
    const error = { name: 'Error', message: 'no', stack: 'Error: no\n    at somewhere' };
    expect(line({ level: 'error', msg: 'failed', error })).toBe(
      '03:04:05 error failed\n    Error: no\n    at somewhere\n',
    );
  });

  test('is coloured for a terminal, and cannot be made to control it', () => {
    expect(line({ level: 'error', msg: 'failed' }, true)).toContain('\u001b[31merror\u001b[0m');
    expect(line({ level: 'info', msg: 'x\u001b[2J', field: '\u0007' })).toBe(
      '03:04:05 x\ufffd[2J field=\ufffd\n',
    );
  });
});
