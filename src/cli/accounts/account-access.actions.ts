import type { TenancyContext } from '../../tenancy-context.js';
import { browserOf } from '../../identity/sessions/user-agent.js';
import { recordToWire } from '../../platform/wire/record-version.js';
import { toSnake } from '../../platform/wire/snake-case.js';
import { commandLineActor } from '../context/actor.js';
import { describeRecord, type JsonOption, print } from '../output.js';
import { table } from '../table.js';
import { withTenancyContext } from '../context/with-tenancy-context.js';
import { findAccount } from './account.actions.js';

const MAX_CELL = 60;

/** Which session to end; without it all of them. */
export interface EndSessionsOptions extends JsonOption {
  session?: string;
}

type Step = 'disable' | 'enable' | 'delete' | 'restore';

/** `postern account disable | enable | delete | restore` */
export async function changeStatus(name: string, step: Step, { json }: JsonOption): Promise<void> {
  const account = await onAccount(name, ({ accountLifecycle }, id) =>
    accountLifecycle[step](commandLineActor(), id),
  );
  const { email, deleteAfter } = account;
  const done = {
    disable: `Disabled ${email}; it is signed out everywhere.`,
    enable: `Enabled ${email}.`,
    delete: `${email} is signed out everywhere and is deleted for good after ${deleteAfter?.toISOString() ?? ''}; until then it can be restored.`,
    restore: `Restored ${email}.`,
  };
  print(recordToWire(account), json, done[step]);
}

/** `postern account sessions` */
export async function listSessions(name: string, { json }: JsonOption): Promise<void> {
  const sessions = await onAccount(name, ({ accountAccess }, id) => accountAccess.sessions(id));
  const rows = sessions.map(({ uid, signIn, signedInAt, lastUsedAt }) => [
    uid,
    browserOf(signIn?.userAgent ?? null),
    signIn?.address ?? '',
    signedInAt.toISOString(),
    lastUsedAt.toISOString(),
  ]);
  const data = sessions.map(({ uid, signIn, ...session }) => ({
    id: uid,
    ...toSnake(session),
    address: signIn?.address ?? null,
    user_agent: signIn?.userAgent ?? null,
  }));
  print({ data }, json, table([['ID', 'BROWSER', 'FROM', 'SIGNED IN', 'LAST USED'], ...rows], MAX_CELL));
}

/** `postern account end-sessions` */
export async function endSessions(name: string, { json, session }: EndSessionsOptions): Promise<void> {
  await onAccount(name, ({ accountAccess }, id) =>
    session === undefined
      ? accountAccess.endSessions(commandLineActor(), id)
      : accountAccess.endSession(commandLineActor(), id, session),
  );
  print({}, json, session === undefined ? `${name} is signed out everywhere.` : 'The session has ended.');
}

/** `postern account apps` */
export async function listApps(name: string, { json }: JsonOption): Promise<void> {
  const grants = await onAccount(name, ({ accountAccess }, id) => accountAccess.grants(id));
  const rows = grants.map(({ clientId, scopes, resources, offline, lastUsedAt }) => [
    clientId,
    [...scopes, ...Object.values(resources).flat()].join(' '),
    offline ? 'yes' : 'no',
    lastUsedAt.toISOString(),
  ]);
  const data = grants.map(({ resources, ...grant }) => ({ ...toSnake(grant), resources }));
  print({ data }, json, table([['CLIENT', 'SCOPES', 'OFFLINE', 'LAST USED'], ...rows], MAX_CELL));
}

/** `postern account revoke-app` */
export async function revokeApp(name: string, clientId: string, { json }: JsonOption): Promise<void> {
  await onAccount(name, ({ accountAccess }, id) =>
    accountAccess.revokeGrants(commandLineActor(), id, clientId),
  );
  print({}, json, `${clientId} has no access to ${name} any more.`);
}

/** `postern account end-access` */
export async function endAccess(name: string, { json }: JsonOption): Promise<void> {
  await onAccount(name, ({ accountAccess }, id) => accountAccess.endAccess(commandLineActor(), id));
  print({}, json, `${name} is signed out everywhere, and no application has access any more.`);
}

/** `postern account factors` */
export async function showFactors(name: string, { json }: JsonOption): Promise<void> {
  const { passkeys, authenticator, recoveryCodes } = await onAccount(name, ({ accountAccess }, id) =>
    accountAccess.factors(id),
  );
  const shown = {
    passkeys: passkeys.map(({ accountId: _, ...passkey }) => toSnake(passkey)),
    authenticator: authenticator ? toSnake(authenticator) : null,
    recovery_codes: { total: recoveryCodes.total, left: recoveryCodes.left },
  };
  print(shown, json, describeRecord(shown));
}

/** `postern account roles` */
export async function listRoles(name: string, { json }: JsonOption): Promise<void> {
  const roles = await onAccount(name, ({ accountAccess }, id) => accountAccess.roles(id));
  const rows = roles.map(({ createdAt, orgSlug, projectSlug, role }) => [
    role,
    orgSlug ?? 'the installation',
    projectSlug ?? '',
    createdAt.toISOString(),
  ]);
  const data = roles.map((role) => toSnake(role));
  print({ data }, json, table([['ROLE', 'ORGANIZATION', 'PROJECT', 'SINCE'], ...rows], MAX_CELL));
}

/** `postern account send-recovery` */
export async function sendRecovery(name: string, { json }: JsonOption): Promise<void> {
  await onAccount(name, ({ accountAccess }, id) => accountAccess.sendRecovery(commandLineActor(), id));
  print({}, json, `${name} gets a mail with a link to set a new password.`);
}

/** `postern account reset-factors` */
export async function resetFactors(name: string, { json }: JsonOption): Promise<void> {
  await onAccount(name, ({ accountAccess }, id) => accountAccess.resetFactors(commandLineActor(), id));
  print({}, json, `${name} has no second factor any more, and is signed out everywhere.`);
}

/** Works on the account with this e-mail address or id. */
function onAccount<T>(name: string, work: (context: TenancyContext, id: string) => Promise<T>): Promise<T> {
  return withTenancyContext(async (context) => work(context, (await findAccount(context, name)).id));
}
