import { Command } from 'commander';
import { INSTALLATION } from '../../server/bootstrap.js';
import { toSnake } from '../../platform/wire/snake-case.js';
import { print, table } from '../output.js';
import { withContext } from '../with-context.js';

const LIMIT = 100;

interface CreateOptions {
  name?: string;
  json?: boolean;
}

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
    .action(async (slug: string, options: CreateOptions & { open?: boolean }) => {
      const input = { slug, name: options.name ?? slug, membership_open: options.open ?? false };
      const record = await withContext(({ organizations }) => organizations.create(INSTALLATION, input));
      print(toSnake(record), options.json, `Created ${record.slug} (${record.id}).`);
    });
  command
    .command('list')
    .description(`List the newest ${String(LIMIT)} organizations`)
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const { data } = await withContext(({ organizations }) => organizations.list('everything', LIMIT));
      const rows = data.map(({ id, slug, name }) => [slug, id, name]);
      print({ data: data.map(toSnake) }, json, table([['SLUG', 'ID', 'NAME'], ...rows]));
    });
  return command;
}

/** `postern project create | list` */
export function projectCommands(): Command {
  const command = new Command('project').description('The projects of an organization');
  const on = (name: string, description: string) =>
    command
      .command(name)
      .description(description)
      .option('--org <org>', 'id or slug of the organization', 'default')
      .option('--json', 'print JSON');
  on('create', 'Create a project')
    .argument('<slug>')
    .option('--name <name>', 'its name; the slug without it')
    .action(async (slug: string, options: CreateOptions & { org: string }) => {
      const input = { slug, name: options.name ?? slug };
      const record = await withContext(async ({ projects, tenants }) =>
        projects.create(INSTALLATION, await tenants.resolveOrganization(options.org), input),
      );
      print(toSnake(record), options.json, `Created ${record.slug} (${record.id}).`);
    });
  on('list', `List the newest ${String(LIMIT)} projects`).action(
    async (options: { org: string; json?: boolean }) => {
      const { data } = await withContext(async ({ projects, tenants }) =>
        projects.list(await tenants.resolveOrganization(options.org), 'everything', LIMIT),
      );
      const rows = data.map(({ id, slug, name }) => [slug, id, name]);
      print({ data: data.map(toSnake) }, options.json, table([['SLUG', 'ID', 'NAME'], ...rows]));
    },
  );
  return command;
}
