import { Command } from 'commander';
import type {
  CreateOptions,
  CreateOrganizationOptions,
  ProjectOptions,
  UpdateOrganizationOptions,
} from './tenancy.actions.js';
import { type ListOptions, withListOptions } from '../list.js';

const SECOND_FACTOR = 'optional or required: whether its people need a second factor';

/** `postern org create | update | list` */
export function orgCommands(): Command {
  const command = new Command('org').description('The organizations');
  command
    .command('create')
    .description('Create an organization')
    .argument('<slug>')
    .option('--name <name>', 'its name; the slug without it')
    .option('--open', 'let everybody count as a member, who may use its private clients')
    .option('--second-factor <policy>', SECOND_FACTOR)
    .option('--json', 'print JSON')
    .action(async (slug: string, options: CreateOrganizationOptions) =>
      (await import('./tenancy.actions.js')).createOrganization(slug, options),
    );
  command
    .command('update')
    .description('Change an organization')
    .argument('<org>', 'its id or slug')
    .option('--name <name>', 'its name')
    .option('--open', 'let everybody count as a member')
    .option('--no-open', 'let only its members count')
    .option('--second-factor <policy>', SECOND_FACTOR)
    .option('--json', 'print JSON')
    .action(async (org: string, options: UpdateOrganizationOptions) =>
      (await import('./tenancy.actions.js')).updateOrganization(org, options),
    );
  withListOptions(command.command('list'))
    .description('List the organizations, newest first')
    .option('--json', 'print JSON')
    .action(async (options: ListOptions) =>
      (await import('./tenancy.actions.js')).listOrganizations(options),
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
      (await import('./tenancy.actions.js')).createProject(slug, options),
    );
  withListOptions(subcommand('list', 'List the projects, newest first')).action(
    async (options: ProjectOptions & ListOptions) =>
      (await import('./tenancy.actions.js')).listProjects(options),
  );
  return command;
}
