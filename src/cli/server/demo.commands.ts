import { Command } from 'commander';
import type { DemoOptions } from './demo.actions.js';

/** `postern demo` */
export function demoCommand(): Command {
  return new Command('demo')
    .description('Run a relying party against the running server: it registers itself and shows a sign-in')
    .option(
      '--headless',
      'do it all without a browser, print each exchange, and exit 0 only if every step worked',
    )
    .option('--port <port>', 'where the demo listens', '3001')
    .action(async (options: DemoOptions) => (await import('./demo.actions.js')).runDemo(options));
}
