import { Command } from 'commander';
import type { AuditOptions, UsageOptions } from './reports.actions.js';
import { withListOptions } from '../list.js';

/** `postern usage` */
export function usageCommand(): Command {
  return new Command('usage')
    .description('What clients were used for in the last 30 days, by day')
    .option('--org <org>', 'id or slug of the organization', 'default')
    .option('--project <project>', 'id or slug of a project; without it, the whole organization')
    .option('--client <client>', 'id or client_id of one client of the project')
    .option('--hours', 'the last 48 hours instead, of a project or a client')
    .option('--failures', 'the newest failure of the client with each error code instead')
    .option('--json', 'print JSON')
    .action(async (options: UsageOptions) => (await import('./reports.actions.js')).showUsage(options));
}

/** `postern audit` */
export function auditCommand(): Command {
  const command = new Command('audit')
    .description('Who changed what, newest first')
    .option('--org <org>', 'id or slug of an organization; without it, the whole installation')
    .option('--project <project>', 'id or slug of a project of the organization, by default of default')
    .option('--actor <subject>', 'what this subject did')
    .option('--action <action>', 'such as client.updated')
    .option('--target <id>', 'what was done to the record with this key')
    .option('--json', 'print JSON');
  return withListOptions(command).action(async (options: AuditOptions) =>
    (await import('./reports.actions.js')).listEvents(options),
  );
}
