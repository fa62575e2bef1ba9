import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = findRoot(dirname(fileURLToPath(import.meta.url)));

/** The path of a file or directory of the package, such as `views` or `package.json`. */
export function packageFile(path: string): string {
  return join(ROOT, path);
}

/** The nearest directory with a manifest: a compiled module and a chunk of the bundle are at different depths below it. */
function findRoot(directory: string): string {
  if (existsSync(join(directory, 'package.json'))) return directory;
  const above = dirname(directory);
  if (above === directory) throw new Error('dist/ has to lie beside the package.json of Postern');
  return findRoot(above);
}
