import { build } from 'esbuild';
import { chmodSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';

/**
 * Where the program is bundled with its dependencies: a process loads a few files from there instead of some 1 500
 * modules, so that a start takes half of the CPU. Not bundled are native packages, those that only a setting asks for, and
 * the drivers of other databases, which knex names and Postern does not have.
 */
const DIRECTORY = 'dist/bundle';

/** knex has twelve dialects; the eleven that Postern never asks for are half of its code, which each command would read. */
const postgresDialectOnly = {
  name: 'postgres-dialect-only',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\// }, ({ path, importer }) =>
      importer.endsWith('knex/lib/dialects/index.js') && path !== './postgres'
        ? { path, external: true }
        : undefined,
    );
  },
};

const { metafile } = await build({
  entryPoints: ['dist/src/cli/run.js'],
  outdir: DIRECTORY,
  metafile: true,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // A command spends most of its CPU in reading its code. No `minifySyntax`: it takes the names of classes, which the
  // engine asks its models for.
  minifyWhitespace: true,
  lineLimit: 160,
  // `pg` makes a Response to see whether it runs at Cloudflare, which loads all of `fetch`, unless this says what runs it.
  define: { navigator: JSON.stringify({ userAgent: 'Node.js' }) },
  // No `keepNames`: it names each function when it is made, which costs a request up to three quarters of its CPU again.
  // Classes whose name is taken get a 2 behind it; errors of ours that logs name say their name themselves. Node.js keeps
  // the maps in memory; the sources are beside them.
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
  plugins: [postgresDialectOnly],
  external: [
    'bcrypt',
    '@node-rs/argon2',
    '@opentelemetry/*',
    'pg-native',
    'pg-query-stream',
    'better-sqlite3',
    'mariadb',
    'mysql',
    'mysql2',
    'oracledb',
    'sqlite3',
    'tedious',
  ],
  // CommonJS packages load the modules of Node.js by require, which an ES module does not have.
  banner: {
    js: "import { createRequire as createBundleRequire } from 'node:module'; const require = createBundleRequire(import.meta.url);",
  },
});
// Only then: when the build fails, the program before is still whole.
const files = new Set(Object.keys(metafile.outputs).map((path) => basename(path)));
for (const file of readdirSync(DIRECTORY)) if (!files.has(file)) rmSync(join(DIRECTORY, file));
chmodSync('dist/src/main.cjs', 0o755);
