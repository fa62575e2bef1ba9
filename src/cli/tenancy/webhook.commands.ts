import { Command } from 'commander';
import { type ListOptions, withListOptions } from '../list.js';
import { subcommandsOfLevels } from './level-options.js';
import type { LevelOptions } from './member.actions.js';
import type { DeliveryOptions, NewWebhookOptions, WebhookChanges } from './webhook.actions.js';

/** `postern webhook list | create | show | update | rotate-secret | test | delete | deliveries | redeliver` */
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

  subcommand('update', 'Change the URL or the events of a webhook, or turn it off or on')
    .argument('<id>')
    .option('--url <url>', 'https, or http on localhost')
    .option('--event <action...>', 'only these actions, such as client.updated')
    .option('--all-events', 'all actions')
    .option('--enable', 'send further events')
    .option('--disable', 'send no further events; what waits is still sent')
    .action(async (id: string, options: WebhookChanges) =>
      (await import('./webhook.actions.js')).updateWebhook(id, options),
    );

  subcommand(
    'rotate-secret',
    'Make a new secret, and print it once; the one before signs as well for 24 hours',
  )
    .argument('<id>')
    .action(async (id: string, options: LevelOptions) =>
      (await import('./webhook.actions.js')).rotateWebhookSecret(id, options),
    );

  subcommand('test', 'Send a message of the type webhook.test')
    .argument('<id>')
    .action(async (id: string, options: LevelOptions) =>
      (await import('./webhook.actions.js')).testWebhook(id, options),
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
