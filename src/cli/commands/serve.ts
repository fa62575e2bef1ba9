import { Command } from 'commander';

/** `postern serve` */
export function serveCommand(): Command {
  return new Command('serve')
    .description('Run the server until SIGTERM or SIGINT')
    .action(async () => (await import('../actions/serve.js')).serve());
}
