import { Command } from 'commander';

/** `postern serve` */
export function serveCommand(): Command {
  return new Command('serve')
    .description('Run the server until SIGTERM or SIGINT')
    .action(async () => (await import('./serve.actions.js')).serve());
}

/** `postern worker`, which `postern serve` runs when WORKERS is more than one. */
export function workerCommand(): Command {
  return new Command('worker')
    .description('One of several processes behind one port')
    .action(async () => (await import('../../server/processes/worker.js')).runWorker());
}
