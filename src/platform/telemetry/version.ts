import { readFileSync } from 'node:fs';
import { packageFile } from '../files/package-files.js';

/** The version of Postern that runs, as in its package.json. */
export function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(packageFile('package.json'), 'utf8'));
  return (manifest as { version: string }).version;
}
