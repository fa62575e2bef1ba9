import type { Command } from 'commander';

/** Makes subcommands with the options that name a level: the installation, an organization or a project. */
export function subcommandsOfLevels(command: Command): (name: string, description: string) => Command {
  return (name, description) =>
    command
      .command(name)
      .description(description)
      .option('--org <org>', 'id or slug of an organization; without it, the whole installation')
      .option('--project <project>', 'id or slug of a project of the organization')
      .option('--json', 'print JSON');
}
