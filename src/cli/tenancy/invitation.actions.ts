import { notFound } from '../../platform/errors/errors.js';
import { toSnake } from '../../platform/wire/snake-case.js';
import { isUuid } from '../../platform/wire/uuid.js';
import { commandLineActor } from '../context/actor.js';
import { type ListOptions, pageOptions, printPage } from '../list.js';
import { print } from '../output.js';
import { withTenancyContext } from '../context/with-tenancy-context.js';
import { type LevelOptions, levelOf } from './member.actions.js';

/** `postern invitation create` */
export async function createInvitation(email: string, role: string, options: LevelOptions): Promise<void> {
  const made = await withTenancyContext(async (context) =>
    context.invitations.create(commandLineActor(), await levelOf(context, options), { email, role }),
  );
  const until = made.expiresAt.toISOString();
  print(
    toSnake(made),
    options.json,
    `${made.email} is invited as ${made.role}, until ${until} (${made.id}).`,
  );
}

/** `postern invitation list` */
export async function listInvitations(options: LevelOptions & ListOptions): Promise<void> {
  const { limit, cursor } = pageOptions(options);
  const page = await withTenancyContext(async (context) =>
    context.invitations.list(await levelOf(context, options), limit, cursor),
  );
  const shown = { ...page, data: page.data.map(toSnake) };
  printPage(shown, options.json, ['E-MAIL', 'ROLE', 'UNTIL', 'ID'], ({ email, role, expires_at, id }) => [
    email,
    role,
    expires_at.toISOString(),
    id,
  ]);
}

/** `postern invitation revoke` */
export async function revokeInvitation(id: string, options: LevelOptions): Promise<void> {
  if (!isUuid(id)) throw notFound('invitation');
  await withTenancyContext(async (context) =>
    context.invitations.revoke(commandLineActor(), await levelOf(context, options), id.toLowerCase()),
  );
  print({ id, revoked: true }, options.json, 'The invitation does not work any more.');
}
