import type { Context } from '../../context.js';
import { AppError, notFound } from '../../platform/errors/errors.js';
import { toSnake } from '../../platform/wire/snake-case.js';
import { INSTALLATION } from '../../server/bootstrap.js';
import { accountSubject } from '../../tenancy/access/subjects.js';
import { INSTALLATION_TENANT, type Tenant } from '../../tenancy/tenants/tenant.js';
import { LIST_LIMIT } from '../options.js';
import { print, table } from '../output.js';
import { withContext } from '../with-context.js';

/** The level whose members a command is about: without `org` the whole installation. */
export interface LevelOptions {
  org?: string;
  project?: string;
  json?: boolean;
}

/** `postern member list` */
export async function listMembers(options: LevelOptions): Promise<void> {
  const { data } = await withContext(async (context) =>
    context.members.list(await levelOf(context, options), LIST_LIMIT),
  );
  const rows = data.map(({ role, subject, email }) => [role, subject, email ?? '']);
  print({ data: data.map(toSnake) }, options.json, table([['ROLE', 'SUBJECT', 'E-MAIL'], ...rows]));
}

/** `postern member add` */
export async function addMember(name: string, role: string, options: LevelOptions): Promise<void> {
  const input = { ...(isEmail(name) ? { email: name } : { subject: name }), role };
  const member = await withContext(async (context) =>
    context.members.add(INSTALLATION, await levelOf(context, options), input),
  );
  print(toSnake(member), options.json, `${name} is ${member.role} now.`);
}

/** `postern member remove` */
export async function removeMember(name: string, options: LevelOptions): Promise<void> {
  const { id } = await withContext(async (context) => {
    const level = await levelOf(context, options);
    const member = await context.members.findBySubject(level, await subjectOf(context, name));
    await context.members.remove(INSTALLATION, level, member.id);
    return member;
  });
  print({ id, removed: true }, options.json, `${name} has no role here any more.`);
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
