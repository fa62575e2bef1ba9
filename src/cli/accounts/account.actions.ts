import { randomBytes } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { TenancyContext } from '../../tenancy-context.js';
import { ACCOUNT_STATUSES, type Account, type AccountStatus } from '../../identity/accounts/account.js';
import { AppError } from '../../platform/errors/errors.js';
import { parseJsonObject } from '../../platform/wire/json-object.js';
import { recordToWire } from '../../platform/wire/record-version.js';
import { isUuid } from '../../platform/wire/uuid.js';
import { accountSubject } from '../../tenancy/access/subjects.js';
import { INSTALLATION_TENANT } from '../../tenancy/tenants/tenant.js';
import { commandLineActor } from '../context/actor.js';
import { type ListOptions, pageOptions, printPage } from '../list.js';
import type { JsonOption } from '../output.js';
import { describeRecord, print } from '../output.js';
import { profileFrom, type ProfileOptions } from './profile-options.js';
import { UsageError } from '../usage-error.js';
import { withTenancyContext } from '../context/with-tenancy-context.js';

/** Without `passwordStdin` a password is generated and printed. */
export interface PasswordOptions extends JsonOption {
  passwordStdin?: boolean;
}

/** `operator` makes the account an owner of the installation. */
export interface CreateAccountOptions extends PasswordOptions, ProfileOptions {
  operator?: boolean;
  verified?: boolean;
  passwordHash?: string;
}

/** What changes. */
export interface UpdateAccountOptions extends ProfileOptions, JsonOption {
  email?: string;
  verified?: boolean;
}

/** Which accounts to list. */
export interface ListAccountsOptions extends ListOptions {
  startsWith?: string;
  status?: string;
}

/** `postern account create`: makes the installation, too, when there is none. */
export async function createAccount(email: string, options: CreateAccountOptions): Promise<void> {
  const { credential, generated } = await chooseCredential(options);
  const profile = profileFrom(options);
  const operator = options.operator ?? false;
  const input = {
    email,
    ...credential,
    ...(options.verified === undefined ? {} : { email_verified: options.verified }),
    ...(profile === undefined ? {} : { profile }),
  };
  const account = await withTenancyContext(
    ({ accountAdmin, database, members }) =>
      database.transaction(async (tx) => {
        const actor = commandLineActor();
        const created = await accountAdmin.create(actor, input, tx);
        const subject = accountSubject(created.id);
        if (operator) await members.grant(tx, actor, INSTALLATION_TENANT, subject, 'owner');
        return created;
      }),
    'attach-or-create',
  );
  const shown = { id: account.id, email: account.email, operator };
  const done = `Created ${account.email} (${account.id})`;
  print({ ...shown, ...generated }, options.json, describe(done, generated));
}

/** `postern account update` */
export async function updateAccount(name: string, options: UpdateAccountOptions): Promise<void> {
  const profile = profileFrom(options);
  const patch = {
    ...(options.email === undefined ? {} : { email: options.email }),
    ...(options.verified === undefined ? {} : { email_verified: options.verified }),
    ...(profile === undefined ? {} : { profile }),
  };
  if (Object.keys(patch).length === 0) throw new UsageError('Say what to change; see --help.');
  const account = await withTenancyContext(async (context) =>
    context.accountAdmin.update(commandLineActor(), (await findAccount(context, name)).id, patch),
  );
  print(recordToWire(account), options.json, describeRecord(recordToWire(account)));
}

/** `postern account list` */
export async function listAccounts(options: ListAccountsOptions): Promise<void> {
  const { limit, cursor } = pageOptions(options);
  const filter = {
    ...(options.startsWith === undefined ? {} : { startsWith: options.startsWith }),
    ...(options.status === undefined ? {} : { status: statusOf(options.status) }),
  };
  const page = await withTenancyContext(({ accountAdmin }) => accountAdmin.list(filter, limit, cursor));
  const shown = { ...page, data: page.data.map(recordToWire) };
  printPage(shown, options.json, ['E-MAIL', 'VERIFIED', 'ID', 'NAME', 'STATUS'], (account) => [
    account.email,
    account.email_verified ? 'yes' : 'no',
    account.id,
    account.profile.name ?? '',
    account.status,
  ]);
}

function statusOf(text: string): AccountStatus {
  const status = ACCOUNT_STATUSES.find((known) => known === text);
  if (status === undefined) throw new UsageError(`--status is one of ${ACCOUNT_STATUSES.join(', ')}.`);
  return status;
}

/** `postern account show` */
export async function showAccount(name: string, { json }: JsonOption): Promise<void> {
  const account = recordToWire(await withTenancyContext((context) => findAccount(context, name)));
  print(account, json, describeRecord(account));
}

/** `postern account set-password` */
export async function setPassword(name: string, options: PasswordOptions): Promise<void> {
  const { credential, generated } = await chooseCredential(options);
  const account = await withTenancyContext(async (context) =>
    context.accountAdmin.setPassword(commandLineActor(), (await findAccount(context, name)).id, credential),
  );
  const shown = { id: account.id, email: account.email };
  const done = `Set the password of ${account.email}`;
  print({ ...shown, ...generated }, options.json, describe(done, generated));
}

/** By id or e-mail address. Throws AppError `not_found`. */
export function findAccount({ accountAdmin }: TenancyContext, name: string): Promise<Account> {
  return isUuid(name) ? accountAdmin.get(name) : accountAdmin.findByEmail(name);
}

/** A password from a command's arguments would stay in the shell's history and show in the process list. */
async function chooseCredential({
  passwordStdin,
  passwordHash,
}: PasswordOptions & { passwordHash?: string }): Promise<{
  credential: { password: string } | { password_hash: string };
  generated: { password?: string };
}> {
  if (passwordHash !== undefined) {
    if (passwordStdin) throw new UsageError('Use --password-stdin or --password-hash, not both.');
    return { credential: { password_hash: passwordHash }, generated: {} };
  }
  if (!passwordStdin) {
    const password = randomBytes(18).toString('base64url');
    return { credential: { password }, generated: { password } };
  }
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  const password = Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '');
  return { credential: { password }, generated: {} };
}

function describe(done: string, { password }: { password?: string }): string {
  return password === undefined ? `${done}.` : `${done}. The password, shown only now: ${password}`;
}

interface Failure {
  line: number;
  error: string;
  errors: readonly { pointer: string; detail: string }[];
}

/**
 * `postern account import`: each line is an account of its own, so that a run that was interrupted can be repeated: who is
 * there already is reported and left alone. Throws AppError `invalid` at the end when a line was refused.
 */
export async function importAccounts(file: string, { json }: JsonOption): Promise<void> {
  const { imported, failed } = await withTenancyContext(
    (context) => importLines(context, file),
    'attach-or-create',
  );
  const lines = failed.flatMap(({ line, error, errors }) => [
    `line ${String(line)}: ${error}`,
    ...errors.map(({ pointer, detail }) => `  ${pointer}: ${detail}`),
  ]);
  print({ imported, failed }, json, [...lines, `Imported ${String(imported)} accounts.`].join('\n'));
  if (failed.length > 0)
    throw new AppError('invalid', `${String(failed.length)} lines were refused; the others are imported.`);
}

async function importLines(
  { accountAdmin }: TenancyContext,
  file: string,
): Promise<{ imported: number; failed: Failure[] }> {
  const actor = commandLineActor();
  const failed: Failure[] = [];
  let imported = 0;
  let line = 0;
  const input = file === '-' ? process.stdin : (await openFile(file)).createReadStream();
  for await (const text of createInterface({ input, crlfDelay: Infinity })) {
    line++;
    if (text.trim() === '') continue;
    try {
      await accountAdmin.create(actor, parseJsonObject(text));
      imported++;
    } catch (error) {
      if (!(error instanceof AppError) || error.kind === 'unavailable') throw error;
      failed.push({ line, error: error.message, errors: error.errors });
    }
  }
  return { imported, failed };
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path);
  } catch (error) {
    throw new UsageError(
      `The file cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
