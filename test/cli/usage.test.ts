import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { table } from '../../src/cli/table.js';
import {
  killAll,
  openCommandLine,
  PosternProcess,
  runPostern,
  temporaryDirectory,
} from '../harness/nodes/postern-process.js';
import { freePort } from '../harness/nodes/test-server.js';

const PASSWORD = 'p4ssw0rd-of-the-database';

afterEach(killAll);

describe('help', () => {
  const commands = ['serve', 'migrate', 'demo', 'client', 'account', 'keys', 'token'];

  test('names every command and every exit code', async () => {
    const { code, stdout } = await runPostern(['--help']);
    expect(code).toBe(0);
    for (const command of commands) expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
    for (const exit of [0, 1, 2, 3, 4, 5]) expect(stdout).toMatch(new RegExp(`^  ${String(exit)}  \\w`, 'm'));
  });

  test.each(['serve', 'client', 'account set-password'])(
    'of "%s" says how to use it and needs no database',
    async (command) => {
      const { code, stdout } = await runPostern([...command.split(' '), '--help']);
      expect(code).toBe(0);
      expect(stdout).toContain(`Usage: postern ${command} `);
    },
  );
});

describe('wrong usage', () => {
  test.each([
    [['nonsense'], "unknown command 'nonsense'", 'postern'],
    [['client'], 'create [options] <name>', 'postern client'],
    [['client', 'create'], "missing required argument 'name'", 'postern client create'],
    [['account', 'create', '--bogus'], "unknown option '--bogus'", 'postern account create'],
  ])('%j ends with 2, says what is wrong and how to do it', async (args, message, usage) => {
    const { code, stdout, stderr } = await runPostern(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toContain(`Usage: ${usage} `);
  });

  test.each([[['nonsense']], [['client', 'create']], [['account', 'create', '--bogus']]])(
    '%j prints the error and one line of usage, not the whole help',
    async (args) => {
      const { stderr } = await runPostern(args);
      expect(stderr).toMatch(/^error: .*\nUsage: postern .*\n$/);
    },
  );
});

test('--version prints the version', async () => {
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
  expect(await runPostern(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
});

describe('output', () => {
  test('whose reader has gone ends the command quietly', async () => {
    const shell = await openCommandLine();
    try {
      for (const args of [['--help'], ['client', 'list', '--json']]) {
        const command = new PosternProcess(args, shell.environment);
        command.child.stdout?.destroy();
        expect(await command.ended).toEqual({ code: 0, signal: null });
        expect(command.stderr).toBe('');
      }
      const failing = new PosternProcess(['nonsense'], shell.environment);
      failing.child.stderr?.destroy();
      expect(await failing.ended).toEqual({ code: 2, signal: null });
    } finally {
      await shell.database.drop();
    }
  });

  test('of a table escapes what would break its lines', () => {
    const rows = [['NAME', 'ID'], ['two\nlines\u001b[2J', '1'], ...Array<string[]>(20_000).fill(['x', '2'])];
    const lines = table(rows).split('\n');
    expect(lines).toHaveLength(rows.length);
    expect(lines[1]).toBe('two\\nlines\\x1b[2J  1');
  });
});

describe('settings', () => {
  const wrong = {
    ISSUER: 'http://id.example.com/',
    PORT: 'eighty',
    DATABASE_URL: `mysql://root:${PASSWORD}@localhost/x`,
    ENCRYPTION_KEY: 'much-too-short-a-secret',
    LOG_LEVEL: 'loud',
    ACCESS_TOKEN_TTL: '0',
    ADMIN_ISSUERS: '{"issuer":',
  };

  test.each([['serve'], ['client', 'list', '--json']])(
    'that are wrong are listed all at once, and no secret of them: %s',
    async (...args) => {
      const { code, stdout, stderr } = await runPostern(args, wrong);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      for (const name of Object.keys(wrong)) expect(stderr).toContain(`${name}: `);
      expect(stderr).not.toContain(PASSWORD);
      expect(stderr).not.toContain(wrong.ENCRYPTION_KEY);
      expect(stderr).not.toMatch(/^\s+at /m);
    },
  );

  test('without the key that the database was set up with are refused', async () => {
    const shell = await openCommandLine('schema');
    const directory = await temporaryDirectory();
    try {
      const port = String(await freePort());
      const { ENCRYPTION_KEY: key = '', ...environment } = {
        ...shell.environment,
        PORT: port,
        DATA_DIR: directory,
      };
      const first = new PosternProcess(['serve'], { ...environment, ENCRYPTION_KEY: key });
      await first.says('listening');
      await first.end('SIGTERM');

      const other = randomBytes(32).toString('base64url');
      for (const given of [{ ENCRYPTION_KEY: other }, {}]) {
        const { code, stdout, stderr } = await runPostern(['serve'], { ...environment, ...given });
        expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
        expect(stderr).toContain('ENCRYPTION_KEY: ');
        expect(stderr).not.toContain(key);
        expect(stderr).not.toContain(other);
      }
    } finally {
      await rm(directory, { recursive: true });
      await shell.database.drop();
    }
  });
});

describe('a database that is not there', () => {
  const away = async () => `postgres://postern:${PASSWORD}@127.0.0.1:${String(await freePort())}/postern`;

  test.each([['serve'], ['migrate'], ['client', 'list'], ['token', '--json']])(
    'ends "%s %s" with 5 and one sentence',
    async (...args) => {
      const environment = {
        DATABASE_URL: await away(),
        ENCRYPTION_KEY: randomBytes(32).toString('base64url'),
      };
      const { code, stdout, stderr } = await runPostern(
        args.filter((word) => word !== undefined),
        environment,
      );
      expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
      expect(stderr).toContain('The database does not answer: connect ECONNREFUSED');
      expect(stderr).not.toContain(PASSWORD);
      expect(stderr).not.toMatch(/^\s+at /m);
    },
  );

  test('on a server that is there ends with 5, too', async () => {
    const shell = await openCommandLine();
    try {
      const url = new URL(shell.database.url);
      url.pathname = '/no_such_database';
      const { code, stderr } = await runPostern(['client', 'list'], {
        ...shell.environment,
        DATABASE_URL: url.href,
      });
      expect(code).toBe(5);
      expect(stderr).toContain('"no_such_database" does not exist');
      expect(stderr).not.toMatch(/^\s+at /m);
    } finally {
      await shell.database.drop();
    }
  });
});
