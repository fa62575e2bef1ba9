import { Command } from 'commander';
import { type ListOptions, withListOptions } from '../list.js';
import { subcommandsOfLevels } from './level-options.js';
import type { LevelOptions } from './member.actions.js';
import type { DeliveryOptions, NewWebhookOptions } from './webhook.actions.js';

/** `postern webhook list | create | show | delete | deliveries | redeliver` */
export function webhookCommands(): Command {
  const command = new Command('webhook').description('Where events of the audit trail are sent');
  const subcommand = subcommandsOfLevels(command);

  withListOptions(subcommand('list', 'List the webhooks of exactly this level, newest first')).action(
    async (options: LevelOptions & ListOptions) =>
      (await import('./webhook.actions.js')).listWebhooks(options),
  );

  subcommand('create', 'Have events sent to a URL; prints the secret once')
    .argument('<url>', 'https, or http on localhost')
    .option('--event <action...>', 'only these actions, such as client.updated; without it, all')
    .action(async (url: string, options: NewWebhookOptions) =>
      (await import('./webhook.actions.js')).createWebhook(url, options),
    );

  subcommand('show', 'Show a webhook')
    .argument('<id>')
    .action(async (id: string, options: LevelOptions) =>
      (await import('./webhook.actions.js')).showWebhook(id, options),
    );

  subcommand('delete', 'Delete a webhook; what waits for it is not sent')
    .argument('<id>')
    .action(async (id: string, options: LevelOptions) =>
      (await import('./webhook.actions.js')).deleteWebhook(id, options),
    );

  withListOptions(subcommand('deliveries', 'List what was sent to a webhook, newest first'))
    .argument('<id>')
    .option('--status <status>', 'waiting, delivered or failed')
    .action(async (id: string, options: DeliveryOptions) =>
      (await import('./webhook.actions.js')).listDeliveries(id, options),
    );

  subcommand('redeliver', 'Send what a webhook did not take again')
    .argument('<id>')
    .argument('<delivery>')
    .action(async (id: string, delivery: string, options: LevelOptions) =>
      (await import('./webhook.actions.js')).redeliver(id, delivery, options),
    );
  return command;
}
