import { build } from 'esbuild';
import { chmodSync, rmSync } from 'node:fs';

/**
 * Bundles the program with its dependencies into dist/bundle/, of which a process loads a few files instead of some 1 500
 * modules: a start takes less than half of the CPU. Stays outside: what is native, what is loaded only when a setting asks
 * for it, and the drivers of other databases, which knex names and Postern does not have.
 */
rmSync('dist/bundle', { recursive: true, force: true });
await build({
  entryPoints: ['dist/src/cli/run.js'],
  outdir: 'dist/bundle',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  sourcemap: true,
  logLevel: 'warning',
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
chmodSync('dist/src/main.cjs', 0o755);
