import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { accountSubject } from '../../tenancy/access/subjects.js';
import { INSTALLATION } from '../../server/bootstrap.js';
import { print } from '../output.js';
import { withContext } from '../with-context.js';
import { INSTALLATION_TENANT } from '../../tenancy/tenants/tenant.js';

interface PasswordOptions {
  passwordStdin?: boolean;
  json?: boolean;
}

/** `postern account create | set-password` */
export function accountCommands(): Command {
  const command = new Command('account').description('The people who can sign in');
  command
    .command('create')
    .description('Create an account; without --password-stdin a password is made and printed once')
    .argument('<email>')
    .option('--name <name>', 'full name')
    .option('--operator', 'may administer this installation')
    .option('--password-stdin', 'read the password from standard input')
    .option('--json', 'print JSON')
    .action(async (email: string, options: PasswordOptions & { name?: string; operator?: boolean }) => {
      const { password, made } = await choosePassword(options);
      const profile = options.name === undefined ? {} : { profile: { name: options.name } };
      const operator = options.operator ?? false;
      const account = await withContext(({ accounts, database, members }) =>
        database.transaction(async (tx) => {
          const created = await accounts.create({ email, password, ...profile }, tx);
          const subject = accountSubject(created.id);
          if (operator) await members.grant(tx, INSTALLATION, INSTALLATION_TENANT, subject, 'owner');
          return created;
        }),
      );
      const shown = { id: account.id, email: account.email, operator };
      print({ ...shown, ...made }, options.json, describe(`Created ${account.email} (${account.id})`, made));
    });
  command
    .command('set-password')
    .description('Set a new password; without --password-stdin one is made and printed once')
    .argument('<email>')
    .option('--password-stdin', 'read the password from standard input')
    .option('--json', 'print JSON')
    .action(async (email: string, options: PasswordOptions) => {
      const { password, made } = await choosePassword(options);
      const account = await withContext(({ accounts }) => accounts.setPassword(email, password));
      const shown = { id: account.id, email: account.email };
      print({ ...shown, ...made }, options.json, describe(`Set the password of ${account.email}`, made));
    });
  return command;
}

/** A password from a command's arguments would stay in the shell's history and show in the process list. */
async function choosePassword(
  options: PasswordOptions,
): Promise<{ password: string; made: { password?: string } }> {
  if (!options.passwordStdin) {
    const password = randomBytes(18).toString('base64url');
    return { password, made: { password } };
  }
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return {
    password: Buffer.concat(chunks)
      .toString('utf8')
      .replace(/\r?\n$/, ''),
    made: {},
  };
}

function describe(done: string, { password }: { password?: string }): string {
  return password === undefined ? `${done}.` : `${done}. The password, shown only now: ${password}`;
}
