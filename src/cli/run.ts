import { Command, CommanderError } from 'commander';
import { accountCommands } from './commands/account.js';
import { clientCommands } from './commands/client.js';
import { demoCommand } from './commands/demo.js';
import { keysCommands } from './commands/keys.js';
import { migrateCommand } from './commands/migrate.js';
import { memberCommands } from './commands/member.js';
import { exitCodeOf, printError } from './output.js';
import { serveCommand } from './commands/serve.js';
import { orgCommands, projectCommands } from './commands/tenancy.js';
import { settingsCommand } from './commands/settings.js';
import { tokenCommand } from './commands/token.js';
import { workerCommand } from './commands/worker.js';

const EXIT_CODES = `
Exit codes:
  0  done
  1  failed
  2  wrong usage or settings
  3  not there
  4  refused: the input breaks a rule, or conflicts with what is there
  5  the database is not available`;

/** Runs one command of `postern`; sets the exit code of the process and never throws. */
export async function run(argv: readonly string[]): Promise<void> {
  const program = new Command('postern')
    .description('An OAuth 2.0 and OpenID Connect authorization server on PostgreSQL.')
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
    keysCommands(),
    tokenCommand(),
    settingsCommand(),
  ]) {
    program.addCommand(command);
  }
  program.addCommand(workerCommand(), { hidden: true });
  throwUsageErrors(program);
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      return;
    }
    printError(error, argv.includes('--json'));
    process.exitCode = exitCodeOf(error);
  }
}

/** Every command on its own: they take over from their parent only what it had when they were made. */
function throwUsageErrors(command: Command): void {
  command.exitOverride().showHelpAfterError();
  command.commands.forEach(throwUsageErrors);
}
