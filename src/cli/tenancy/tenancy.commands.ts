import { Command } from 'commander';
import type {
  CreateOptions,
  CreateOrganizationOptions,
  ProjectOptions,
  UpdateOrganizationOptions,
  UpdateProjectOptions,
} from './tenancy.actions.js';
import { type ListOptions, withListOptions } from '../list.js';
import type { JsonOption } from '../output.js';

const load = () => import('./tenancy.actions.js');
const SECOND_FACTOR = 'optional or required: whether its people need a second factor';

/** `postern org create | show | update | delete | list` */
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
      (await load()).createOrganization(slug, options),
    );
  command
    .command('update')
    .description('Change an organization')
    .argument('<org>', 'its id or slug')
    .option('--name <name>', 'its name')
    .option('--slug <slug>', 'its name in paths')
    .option('--open', 'let everybody count as a member')
    .option('--no-open', 'let only its members count')
    .option('--second-factor <policy>', SECOND_FACTOR)
    .option('--json', 'print JSON')
    .action(async (org: string, options: UpdateOrganizationOptions) =>
      (await load()).updateOrganization(org, options),
    );
  command
    .command('show')
    .description('Show an organization')
    .argument('<org>', 'its id or slug')
    .option('--json', 'print JSON')
    .action(async (org: string, options: JsonOption) => (await load()).showOrganization(org, options));
  command
    .command('delete')
    .description('Delete an organization without clients, with its projects and every role in it')
    .argument('<org>', 'its id or slug')
    .option('--json', 'print JSON')
    .action(async (org: string, options: JsonOption) => (await load()).deleteOrganization(org, options));
  withListOptions(command.command('list'))
    .description('List the organizations, newest first')
    .option('--json', 'print JSON')
    .action(async (options: ListOptions) => (await load()).listOrganizations(options));
  return command;
}

/** `postern project create | show | update | delete | list` */
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
      (await load()).createProject(slug, options),
    );
  subcommand('show', 'Show a project')
    .argument('<project>', 'its id or slug')
    .action(async (project: string, options: ProjectOptions) => (await load()).showProject(project, options));
  subcommand('update', 'Change a project')
    .argument('<project>', 'its id or slug')
    .option('--name <name>', 'its name')
    .option('--slug <slug>', 'its name in paths')
    .action(async (project: string, options: UpdateProjectOptions) =>
      (await load()).updateProject(project, options),
    );
  subcommand('delete', 'Delete a project without clients, with every role in it')
    .argument('<project>', 'its id or slug')
    .action(async (project: string, options: ProjectOptions) =>
      (await load()).deleteProject(project, options),
    );
  withListOptions(subcommand('list', 'List the projects, newest first')).action(
    async (options: ProjectOptions & ListOptions) => (await load()).listProjects(options),
  );
  return command;
}
