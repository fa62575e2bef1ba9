import { Command } from 'commander';
import { runWorker } from '../../server/processes/worker.js';

/** `postern worker`, which `postern serve` runs when WORKERS is more than one. */
export function workerCommand(): Command {
  return new Command('worker').description('One of several processes behind one port').action(runWorker);
}
