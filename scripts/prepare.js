import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** What `npm ci` runs at its end: a build, unless it left out the compiler (`--omit=dev`). */
if (existsSync('node_modules/typescript-7')) {
  const { status } = spawnSync('npm', ['run', 'build'], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} else if (!existsSync('dist/src/main.cjs')) {
  process.stdout.write(
    'Postern is not built: the compiler is a development dependency. Either copy dist/ from a build of this version to here, or run: npm ci && npm prune --omit=dev\n',
  );
}
