import { Command, CommanderError } from 'commander';
import { version } from '../platform/telemetry/version.js';
import { accountCommands } from './accounts/account.commands.js';
import { clientCommands } from './clients/client.commands.js';
import { apiCommands, scopeCommands } from './catalogue/catalogue.commands.js';
import { detailsTypeCommands } from './catalogue/details-type.commands.js';
import { completionCommand } from './completion/completion.commands.js';
import { auditCommand, usageCommand } from './reports/reports.commands.js';
import { demoCommand } from './server/demo.commands.js';
import { invitationCommands } from './tenancy/invitation.commands.js';
import { keysCommands } from './installation/keys.commands.js';
import { mailCommands } from './installation/mail.commands.js';
import { memberCommands } from './tenancy/member.commands.js';
import { migrateCommand } from './installation/migrate.commands.js';
import { serveCommand, workerCommand } from './server/serve.commands.js';
import { installationCommand, jobsCommands, outboxCommands } from './status/status.commands.js';
import { orgCommands, projectCommands } from './tenancy/tenancy.commands.js';
import { webhookCommands } from './tenancy/webhook.commands.js';
import { settingsCommand } from './installation/settings.commands.js';
import { tokenCommand } from './installation/token.commands.js';
import { ignoreClosedPipes } from './output.js';

const EXIT_CODES = `
Exit codes:
  0  done
  1  failed
  2  wrong usage or settings
  3  not there
  4  refused: the input breaks a rule, or conflicts with what is there
  5  the database is not available`;

/** Every command. They are declared with light modules; the action of each imports what it works with. */
export function createProgram(): Command {
  const program = new Command('postern')
    .description('An OAuth 2.0 and OpenID Connect authorization server on PostgreSQL.')
    .version(version(), '-V, --version', 'print the version')
    .addHelpText('after', EXIT_CODES);
  for (const command of [
    serveCommand(),
    migrateCommand(),
    demoCommand(),
    clientCommands(),
    accountCommands(),
    orgCommands(),
    projectCommands(),
    memberCommands(),
    invitationCommands(),
    webhookCommands(),
    mailCommands(),
    scopeCommands(),
    apiCommands(),
    detailsTypeCommands(),
    keysCommands(),
    jobsCommands(),
    outboxCommands(),
    installationCommand(),
    usageCommand(),
    auditCommand(),
    tokenCommand(),
    settingsCommand(),
  ]) {
    program.addCommand(command);
  }
  program.addCommand(workerCommand(), { hidden: true });
  program.addCommand(completionCommand(program));
  return program;
}

/**
 * Runs one command of `postern`; sets the exit code of the process and never throws.
 */
export async function run(argv: readonly string[]): Promise<void> {
  ignoreClosedPipes();
  const program = createProgram();
  throwUsageErrors(program);
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      return;
    }
    const { exitCodeOf, printError } = await import('./failure.js');
    printError(error, argv.includes('--json'));
    process.exitCode = exitCodeOf(error);
  }
}

/**
 * Makes each command throw its usage errors, after the error and one line of usage are printed. Commander copies these
 * settings to a subcommand only when the subcommand is made by its parent, so each command is set.
 */
function throwUsageErrors(command: Command): void {
  const usage = command.createHelp().commandUsage(command);
  command.exitOverride().showHelpAfterError(`Usage: ${usage} (see --help)`);
  command.commands.forEach(throwUsageErrors);
}
