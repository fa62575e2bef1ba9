import { randomBytes } from 'node:crypto';
import { INSTALLATION } from '../../server/bootstrap.js';
import { accountSubject } from '../../tenancy/access/subjects.js';
import { INSTALLATION_TENANT } from '../../tenancy/tenants/tenant.js';
import { print } from '../output.js';
import { withContext } from '../with-context.js';

/** Without `passwordStdin` a password is generated and printed. */
export interface PasswordOptions {
  passwordStdin?: boolean;
  json?: boolean;
}

/** `operator` makes the account an owner of the installation. */
export interface CreateAccountOptions extends PasswordOptions {
  name?: string;
  operator?: boolean;
}

/** `postern account create`: makes the installation, too, when there is none. */
export async function createAccount(email: string, options: CreateAccountOptions): Promise<void> {
  const { password, generated } = await choosePassword(options);
  const profile = options.name === undefined ? {} : { profile: { name: options.name } };
  const operator = options.operator ?? false;
  const account = await withContext(
    ({ accounts, database, members }) =>
      database.transaction(async (tx) => {
        const created = await accounts.create({ email, password, ...profile }, tx);
        const subject = accountSubject(created.id);
        if (operator) await members.grant(tx, INSTALLATION, INSTALLATION_TENANT, subject, 'owner');
        return created;
      }),
    'attach-or-create',
  );
  const shown = { id: account.id, email: account.email, operator };
  const done = `Created ${account.email} (${account.id})`;
  print({ ...shown, ...generated }, options.json, describe(done, generated));
}

/** `postern account set-password` */
export async function setPassword(email: string, options: PasswordOptions): Promise<void> {
  const { password, generated } = await choosePassword(options);
  const account = await withContext(({ accounts }) => accounts.setPassword(email, password));
  const shown = { id: account.id, email: account.email };
  const done = `Set the password of ${account.email}`;
  print({ ...shown, ...generated }, options.json, describe(done, generated));
}

/** A password from a command's arguments would stay in the shell's history and show in the process list. */
async function choosePassword(
  options: PasswordOptions,
): Promise<{ password: string; generated: { password?: string } }> {
  if (!options.passwordStdin) {
    const password = randomBytes(18).toString('base64url');
    return { password, generated: { password } };
  }
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return {
    password: Buffer.concat(chunks)
      .toString('utf8')
      .replace(/\r?\n$/, ''),
    generated: {},
  };
}

function describe(done: string, { password }: { password?: string }): string {
  return password === undefined ? `${done}.` : `${done}. The password, shown only now: ${password}`;
}
