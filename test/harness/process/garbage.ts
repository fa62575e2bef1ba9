import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Frees what nothing in this process refers to. */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let round = 0; round < 3; round++) collect();
}

/** Collects garbage each second until the work is done: a deadline must survive that. */
export async function whileCollectingGarbage<T>(work: () => Promise<T>): Promise<T> {
  const timer = setInterval(collectGarbage, 1_000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
