import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** The version of Node.js, without what is behind its first dot. */
export const NODE_MAJOR = Number.parseInt(process.versions.node);

/** Collects all garbage of this process and gives its memory back; stops the process meanwhile, 0.1 to 0.2 s for 30 MB alive. */
export function collectGarbage(): void {
  collect ??= collector();
  collect();
}

let collect: (() => void) | undefined;

function collector(): () => void {
  const gc = globalThis.gc ?? hiddenCollector();
  // The flavor keeps no pages for later.
  if (NODE_MAJOR >= 22) return () => gc({ type: 'major', flavor: 'last-resort' });
  // Node.js 20 knows no flavors. Its first collection finds the pages that the next ones empty.
  return () => {
    for (let times = 0; times < 3; times++) gc();
  };
}

/** What `--expose-gc` gives, without giving it to the program. */
function hiddenCollector(): NodeJS.GCFunction {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as NodeJS.GCFunction;
  setFlagsFromString('--no-expose-gc');
  return gc;
}
