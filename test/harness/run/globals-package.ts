import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const DIRECTORY = fileURLToPath(new URL('../../node_modules/@jest/globals/', import.meta.url));
const MANIFEST = { type: 'module', exports: './index.js' };

/**
 * Makes a package `@jest/globals` that only the compiled tests find, before jest's own, which can be imported in jest's
 * contexts only. Hooks of Node's loader could do the same, in a thread that each import of each process waits for.
 */
export async function makeGlobalsPackage(): Promise<void> {
  await mkdir(DIRECTORY, { recursive: true });
  await writeFile(`${DIRECTORY}package.json`, JSON.stringify(MANIFEST));
  await writeFile(`${DIRECTORY}index.js`, `export * from '../../../harness/run/jest-globals.js';\n`);
}
