import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '../../harness/common/eventually.js';
import { Installation, readWelcome } from '../../harness/nodes/installation.js';
import { killAll } from '../../harness/nodes/postern-process.js';

const MAIN = fileURLToPath(new URL('../../../src/main.cjs', import.meta.url));
/** Runs a command at a pseudo-terminal; of util-linux. */
const hasTerminal = spawnSync('script', ['--version']).stdout?.includes('util-linux') ?? false;

const CREDENTIALS = `
Postern is ready. This is shown once; keep it.

  Issuer            ISSUER
  Operator sign-in  operator@postern.test
           password PASSWORD
  Admin client      CLIENT
             secret SECRET

Sign in to the console and make a client:

  ISSUER/console

or try an example application, in a second terminal:

  npm run demo

or get an admin token by hand:

  curl -u CLIENT:SECRET ISSUER/oauth2/token \\
    -d grant_type=client_credentials -d 'scope=clients.read clients.write' -d resource=ISSUER/admin

`;
const RUNNING = `
  Postern VERSION  ISSUER  (listening on 127.0.0.1:PORT)
  Discovery      ISSUER/.well-known/openid-configuration
  Console        ISSUER/console
  Admin API      ISSUER/admin/v1/docs
  Lost password  npm run postern -- account set-password operator@postern.test
  Stop           Ctrl-C

`;

let home: Installation;
beforeEach(async () => {
  home = await Installation.create();
});
afterEach(async () => {
  await killAll();
  await home.remove();
});

/** What was printed, with words in place of what differs in each installation. */
function withoutValues(printed: string): string {
  const { password, clientId, clientSecret } = readWelcome(printed);
  return printed
    .replaceAll(home.issuer, 'ISSUER')
    .replaceAll(password, 'PASSWORD')
    .replaceAll(clientId, 'CLIENT')
    .replaceAll(clientSecret, 'SECRET')
    .replace(/Postern \d+\.\d+\.\d+/, 'Postern VERSION')
    .replaceAll(new URL(home.issuer).port, 'PORT');
}

describe('the first start prints', () => {
  test('through pipes the credentials alone on stdout, and lines of JSON on stderr', async () => {
    const server = await home.serve();
    expect(withoutValues(server.stdout)).toBe(CREDENTIALS);
    const lines = server.stderr.trim().split('\n');
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(JSON.parse(line)).toHaveProperty('msg');
    await server.end('SIGTERM');
  });

  (hasTerminal ? test : test.skip)(
    'at a terminal the same, then what runs where; every address answers, and Ctrl-C stops it',
    async () => {
      const { PATH = '', HOME = '' } = process.env;
      const command = `'${process.execPath}' '${MAIN}' serve`;
      const terminal = spawn('script', ['-qefc', command, '/dev/null'], {
        env: { PATH, HOME, TERM: 'xterm', PASSWORD_HASH_COST: '10', ...home.environment },
      });
      let printed = '';
      terminal.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString().replaceAll('\r', '')));
      const ended = once(terminal, 'close');
      try {
        await eventually(() => printed.includes('Ctrl-C\n\n'), 60_000);

        const shown = withoutValues(printed);
        expect(shown).toContain(CREDENTIALS);
        expect(shown.slice(shown.lastIndexOf('\n\n  Postern') + 1)).toBe(RUNNING);
        for (const [, url = ''] of printed.matchAll(/^ {2}(?:\w[\w. ]* {2,})?(http\S+)/gm)) {
          const { status } = await fetch(url, { redirect: 'manual' });
          expect([url, status < 400]).toEqual([url, true]);
        }
      } finally {
        // Ctrl-C.
        terminal.stdin.write('\u0003');
        await ended;
      }
      expect(printed).toMatch(/ stopped\n$/);
    },
  );
});
