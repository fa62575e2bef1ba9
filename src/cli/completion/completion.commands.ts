import { type Command, Argument, Command as MadeCommand } from 'commander';

/** `postern completion`; `program` has every command. */
export function completionCommand(program: Command): Command {
  return new MadeCommand('completion')
    .description('Print a script that completes commands and options in a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      `
Use it with:
  bash  source <(postern completion bash)
  zsh   source <(postern completion zsh)
  fish  postern completion fish | source`,
    )
    .action(async (shell: 'bash' | 'zsh' | 'fish') => {
      const { completionScript } = await import('./completion-script.js');
      process.stdout.write(completionScript(shell, program));
    });
}
