import { Command } from 'commander';
import type { CreateOptions, CreateOrganizationOptions, ProjectOptions } from '../actions/tenancy.js';
import { type ListOptions, withListOptions } from '../list.js';

/** `postern org create | list` */
export function orgCommands(): Command {
  const command = new Command('org').description('The organizations');
  command
    .command('create')
    .description('Create an organization')
    .argument('<slug>')
    .option('--name <name>', 'its name; the slug without it')
    .option('--open', 'let everybody count as a member, who may use its private clients')
    .option('--json', 'print JSON')
    .action(async (slug: string, options: CreateOrganizationOptions) =>
      (await import('../actions/tenancy.js')).createOrganization(slug, options),
    );
  withListOptions(command.command('list'))
    .description('List the organizations, newest first')
    .option('--json', 'print JSON')
    .action(async (options: ListOptions) =>
      (await import('../actions/tenancy.js')).listOrganizations(options),
    );
  return command;
}

/** `postern project create | list` */
export function projectCommands(): Command {
  const command = new Command('project').description('The projects of an organization');
  const subcommand = (name: string, description: string) =>
    command
      .command(name)
      .description(description)
      .option('--org <org>', 'id or slug of the organization', 'default')
      .option('--json', 'print JSON');
  subcommand('create', 'Create a project')
    .argument('<slug>')
    .option('--name <name>', 'its name; the slug without it')
    .action(async (slug: string, options: CreateOptions & ProjectOptions) =>
      (await import('../actions/tenancy.js')).createProject(slug, options),
    );
  withListOptions(subcommand('list', 'List the projects, newest first')).action(
    async (options: ProjectOptions & ListOptions) =>
      (await import('../actions/tenancy.js')).listProjects(options),
  );
  return command;
}
