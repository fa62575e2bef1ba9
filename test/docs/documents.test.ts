import { execFile, spawn } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { killAll, PosternProcess, temporaryDirectory } from '../harness/nodes/postern-process.js';
import { freePort } from '../harness/nodes/test-server.js';
import { type Example, examplesOf } from './examples.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const documents = new Set([
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  // What follows changes the installation that the examples share.
  'docs/getting-started.md',
  ...(await readdir(join(ROOT, 'docs'), { recursive: true }))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]);
const texts = new Map(
  await Promise.all(
    [...documents].map(async (path) => [path, await readFile(join(ROOT, path), 'utf8')] as const),
  ),
);

/** Every heading of a document as the fragment that links to it. */
function anchorsOf(text: string): Set<string> {
  const headings = [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

test('every link between the documents leads somewhere', () => {
  const broken = [...texts].flatMap(([path, text]) =>
    [...text.matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !/^https?:/.test(target))
      .filter((target) => {
        const [file = '', anchor] = target.split('#');
        const linked = file === '' ? path : join(path, '..', file);
        if (!linked.endsWith('.md')) return false;
        const known = texts.get(linked);
        return known === undefined || (anchor !== undefined && !anchorsOf(known).has(anchor));
      })
      .map((target) => `${path}: ${target}`),
  );
  expect(broken).toEqual([]);
});

/** What `npx .` runs, without the second of CPU that npx takes to find it; one test runs npx itself. */
const NPX = `npx() { [ "$1" = . ]; shift; node dist/src/main.cjs "$@"; }`;

/** Runs the examples in one shell, in order, and returns what each printed. */
async function runExamples(examples: readonly Example[], env: NodeJS.ProcessEnv) {
  const script = [NPX, ...examples.map(({ command }) => `printf '\\n@@\\n'\n${command}`)].join('\n');
  const shell = spawn('bash', ['--norc', '-euo', 'pipefail', '-c', script], { cwd: ROOT, env });
  let printed = '';
  let errors = '';
  shell.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  shell.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const code = await new Promise((resolve) => shell.once('close', resolve));
  const outputs = printed.split(/^@@\n/m).slice(1);
  if (code !== 0) {
    const last = examples[outputs.length - 1];
    throw new Error(
      `exit code ${String(code)} in:\n${last?.command ?? ''}\n${outputs.at(-1) ?? ''}\n${errors}`,
    );
  }
  return outputs;
}

/** Whether the text has the pieces that `…` separates, in their order, white space aside. */
function missingPiece(expected: string, actual: string): string | undefined {
  let rest = actual.replace(/\s+/g, '');
  for (const piece of expected.replace(/\s+/g, '').split('…')) {
    const at = rest.indexOf(piece);
    if (at < 0) return piece;
    rest = rest.slice(at + piece.length);
  }
  return undefined;
}

test('npx . runs the command line of this folder', async () => {
  const env = {
    ...process.env,
    // What another run of npx has left in the cache of this user does not matter here.
    npm_config_cache: await temporaryDirectory(),
    // `prepare` would build again, and so replace what other tests run meanwhile.
    npm_config_ignore_scripts: 'true',
  };
  const { stdout } = await promisify(execFile)('npx', ['.', '--version'], { cwd: ROOT, env });
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

describe('the commands marked to be run print what the documents say', () => {
  let directory: string;
  let port: string;
  let settings: Record<string, string>;
  beforeAll(async () => {
    directory = await temporaryDirectory();
    port = String(await freePort());
    settings = {
      DATA_DIR: join(directory, 'data'),
      PORT: port,
      ISSUER: `http://localhost:${port}`,
      REGISTRATION: 'open',
    };
    await new PosternProcess(['serve'], settings).says('"msg":"listening"');
  });
  afterAll(async () => {
    await killAll();
    // The database of a killed server writes until it notices.
    await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });

  test.each(
    [...texts].map(([path, text]) => [path, examplesOf(text)] as const).filter(([, list]) => list.length),
  )(
    '%s',
    async (_path, examples) => {
      const { PATH, HOME, TMPDIR } = process.env;
      const here = examples.map(({ command, output }) => ({
        command: command.replaceAll('localhost:3000', `localhost:${port}`),
        output,
      }));
      const outputs = await runExamples(here, { PATH, HOME, TMPDIR, ...settings });
      const wrong = here.flatMap(({ command, output }, index) => {
        const missing = output === undefined ? undefined : missingPiece(output, outputs[index] ?? '');
        return missing === undefined ? [] : [{ command, missing, printed: outputs[index] }];
      });
      expect(wrong).toEqual([]);
    },
    240_000,
  );
});
