import { Command } from 'commander';
import { accountSubject } from '../../tenancy/access/subjects.js';
import { INSTALLATION } from '../../server/bootstrap.js';
import { toSnake } from '../../platform/wire/snake-case.js';
import type { Context } from '../../context.js';
import { AppError, notFound } from '../../platform/errors/errors.js';
import { print, table } from '../output.js';
import { withContext } from '../with-context.js';
import { INSTALLATION_TENANT, type Tenant } from '../../tenancy/tenants/tenant.js';

const LIMIT = 100;

interface LevelOptions {
  org?: string;
  project?: string;
  json?: boolean;
}

/** `postern member list | add | remove` */
export function memberCommands(): Command {
  const command = new Command('member').description('Who has which role where');
  const on = (name: string, description: string) =>
    command
      .command(name)
      .description(description)
      .option('--org <org>', 'id or slug of an organization; without it, the whole installation')
      .option('--project <project>', 'id or slug of a project of the organization')
      .option('--json', 'print JSON');
  const whom = 'e-mail address of an account, account:<id>, client:<client_id>, or <issuer>|<sub>';

  on('list', `List the newest ${String(LIMIT)} members of exactly this level`).action(
    async (options: LevelOptions) => {
      const { data } = await withContext(async (context) =>
        context.members.list(await levelOf(context, options), LIMIT),
      );
      const rows = data.map(({ role, subject, email }) => [role, subject, email ?? '']);
      print({ data: data.map(toSnake) }, options.json, table([['ROLE', 'SUBJECT', 'E-MAIL'], ...rows]));
    },
  );

  on('add', 'Give a role; for the whole installation only owner')
    .argument('<whom>', whom)
    .argument('<role>', 'owner, admin, viewer or member')
    .action(async (name: string, role: string, options: LevelOptions) => {
      const input = { ...(isEmail(name) ? { email: name } : { subject: name }), role };
      const member = await withContext(async (context) =>
        context.members.add(INSTALLATION, await levelOf(context, options), input),
      );
      print(toSnake(member), options.json, `${name} is ${member.role} now.`);
    });

  on('remove', 'Take a role away, effective at once')
    .argument('<whom>', whom)
    .action(async (name: string, options: LevelOptions) => {
      const { id } = await withContext(async (context) => {
        const level = await levelOf(context, options);
        const member = await context.members.findBySubject(level, await subjectOf(context, name));
        await context.members.remove(INSTALLATION, level, member.id);
        return member;
      });
      print({ id, removed: true }, options.json, `${name} has no role here any more.`);
    });
  return command;
}

async function levelOf({ tenants }: Context, { org, project }: LevelOptions): Promise<Tenant> {
  if (org !== undefined) {
    return project === undefined ? tenants.resolveOrganization(org) : tenants.resolve(org, project);
  }
  if (project !== undefined) throw new AppError('invalid', '--project goes with --org.');
  return INSTALLATION_TENANT;
}

async function subjectOf({ accounts }: Context, name: string): Promise<string> {
  if (!isEmail(name)) return name;
  const account = await accounts.findByEmail(name);
  if (!account) throw notFound('account');
  return accountSubject(account.id);
}

function isEmail(name: string): boolean {
  return name.includes('@') && !name.includes('|');
}
