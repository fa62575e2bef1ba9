import { readFileSync } from 'node:fs';

/** From `dist/src/platform/telemetry/` to the package's own manifest. */
const MANIFEST = new URL('../../../../package.json', import.meta.url);

/** The version of Postern that runs, as in its package.json. */
export function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(MANIFEST, 'utf8'));
  return (manifest as { version: string }).version;
}
