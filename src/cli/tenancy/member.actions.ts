import type { TenancyContext } from '../../tenancy-context.js';
import { canonicalEmail } from '../../identity/accounts/email-and-password-rules.js';
import { toSnake } from '../../platform/wire/snake-case.js';
import { accountSubject, emailSubject } from '../../tenancy/access/subjects.js';
import { INSTALLATION_TENANT, type Tenant } from '../../tenancy/tenants/tenant.js';
import { commandLineActor } from '../context/actor.js';
import { type ListOptions, pageOptions, printPage } from '../list.js';
import { print } from '../output.js';
import { UsageError } from '../usage-error.js';
import { withTenancyContext } from '../context/with-tenancy-context.js';

/** The level whose members a command is about: without `org` the whole installation. */
export interface LevelOptions {
  org?: string;
  project?: string;
  json?: boolean;
}

/** `rotateSecret` replaces the secrets of the client that gets the role. */
export interface AddMemberOptions extends LevelOptions {
  rotateSecret?: boolean;
}

/** `postern member list` */
export async function listMembers(options: LevelOptions & ListOptions): Promise<void> {
  const { limit, cursor } = pageOptions(options);
  const page = await withTenancyContext(async (context) =>
    context.members.list(await levelOf(context, options), limit, cursor),
  );
  const shown = { ...page, data: page.data.map(toSnake) };
  printPage(shown, options.json, ['ROLE', 'SUBJECT', 'E-MAIL'], ({ role, subject, email }) => [
    role,
    subject,
    email ?? '',
  ]);
}

/** `postern member add` */
export async function addMember(name: string, role: string, options: AddMemberOptions): Promise<void> {
  const whom = isEmail(name) ? { email: name } : { subject: name };
  const input = { ...whom, role, ...(options.rotateSecret ? { rotate_secret: true } : {}) };
  const { member, clientSecret } = await withTenancyContext(async (context) =>
    context.members.add(commandLineActor(), await levelOf(context, options), input, { knowsAccounts: true }),
  );
  const secret = clientSecret === undefined ? {} : { client_secret: clientSecret };
  const shown = clientSecret === undefined ? '' : ` Its new secret, shown only now: ${clientSecret}`;
  print({ ...toSnake(member), ...secret }, options.json, `${name} is ${member.role} now.${shown}`);
}

/** `postern member update` */
export async function updateMember(name: string, role: string, options: LevelOptions): Promise<void> {
  const member = await withTenancyContext(async (context) => {
    const level = await levelOf(context, options);
    const { id } = await context.members.findBySubject(level, ...(await subjectsOf(context, name)));
    return context.members.update(commandLineActor(), level, id, { role });
  });
  print(toSnake(member), options.json, `${name} is ${member.role} now.`);
}

/** `postern member remove` */
export async function removeMember(name: string, options: LevelOptions): Promise<void> {
  const { id } = await withTenancyContext(async (context) => {
    const level = await levelOf(context, options);
    const member = await context.members.findBySubject(level, ...(await subjectsOf(context, name)));
    await context.members.remove(commandLineActor(), level, member.id);
    return member;
  });
  print({ id, removed: true }, options.json, `${name} has no role here any more.`);
}

/** The tenant that the options name. Throws UsageError, and AppError `not_found`. */
export async function levelOf({ tenants }: TenancyContext, { org, project }: LevelOptions): Promise<Tenant> {
  if (org !== undefined) {
    return project === undefined ? tenants.resolveOrganization(org) : tenants.resolve(org, project);
  }
  if (project !== undefined) throw new UsageError('--project goes with --org.');
  return INSTALLATION_TENANT;
}

/** The subjects that a name may be, first the one to prefer. */
async function subjectsOf({ accounts }: TenancyContext, name: string): Promise<[string, ...string[]]> {
  if (!isEmail(name)) return [name];
  const address = emailSubject(canonicalEmail(name));
  const account = await accounts.findByEmail(name);
  return account ? [accountSubject(account.id), address] : [address];
}

function isEmail(name: string): boolean {
  return name.includes('@') && !name.includes('|');
}
