import { collectGarbage } from '../../../src/server/processes/garbage.js';

/** Collects garbage each second until the work is done: a deadline must survive that. */
export async function whileCollectingGarbage<T>(work: () => Promise<T>): Promise<T> {
  const timer = setInterval(collectGarbage, 1_000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
