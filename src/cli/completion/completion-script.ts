import type { Command } from 'commander';
import { quoted } from '../../platform/text/shell-word.js';

/** What can follow a command: the words of its path, and the names and descriptions of subcommands and options. */
interface Completion {
  path: string;
  words: { name: string; description: string }[];
}

/** The script for a shell. It is made of the commands themselves and starts no other program. */
export function completionScript(shell: 'bash' | 'zsh' | 'fish', program: Command): string {
  const completions = completionsOf(program, []);
  return shell === 'fish' ? fish(completions) : shell === 'zsh' ? zsh(completions) : bash(completions);
}

function completionsOf(command: Command, path: readonly string[]): Completion[] {
  const subcommands = command
    .createHelp()
    .visibleCommands(command)
    .filter((one) => one.name() !== 'help');
  const options = command.createHelp().visibleOptions(command);
  const words = [
    ...subcommands.map((one) => ({ name: one.name(), description: one.description() })),
    ...options.map(({ description, long, short }) => ({ name: long ?? short ?? '', description })),
  ];
  return [
    { path: path.join(' '), words },
    ...subcommands.flatMap((one) => completionsOf(one, [...path, one.name()])),
  ];
}

/** Finds, in the words before the cursor, the longest path that is one of a command. */
const FIND_PATH = `  local path='' word
  for word in "\${words[@]:1:$((current - 1))}"; do
    case "$word" in -*) continue ;; esac
    case "$commands" in *"|$path\${path:+ }$word|"*) path="$path\${path:+ }$word" ;; esac
  done`;

function cases(completions: readonly Completion[], line: (words: Completion['words']) => string): string {
  return completions.map(({ path, words }) => `    ${quoted(path)}) ${line(words)} ;;`).join('\n');
}

function pathsOf(completions: readonly Completion[]): string {
  return `  local commands=${quoted(`|${completions.map(({ path }) => path).join('|')}|`)}`;
}

function bash(completions: readonly Completion[]): string {
  const line = (words: Completion['words']) =>
    `COMPREPLY=($(compgen -W ${quoted(words.map(({ name }) => name).join(' '))} -- "\${COMP_WORDS[COMP_CWORD]}"))`;
  return `_postern() {
  local words=("\${COMP_WORDS[@]}") current=$COMP_CWORD
${pathsOf(completions)}
${FIND_PATH}
  case "$path" in
${cases(completions, line)}
  esac
}
complete -o default -F _postern postern
`;
}

function zsh(completions: readonly Completion[]): string {
  const line = (words: Completion['words']) => {
    const entries = words.map(({ description, name }) =>
      quoted(`${name.replaceAll(':', '\\:')}:${description}`),
    );
    return `entries=(${entries.join(' ')})`;
  };
  return `#compdef postern
_postern() {
  setopt localoptions ksharrays
  local current=$((CURRENT - 1))
  local -a entries
${pathsOf(completions)}
${FIND_PATH}
  case "$path" in
${cases(completions, line)}
  esac
  _describe 'postern' entries
}
compdef _postern postern
`;
}

function fish(completions: readonly Completion[]): string {
  const lines = completions.flatMap(({ path, words }) =>
    words.map(({ description, name }) => {
      const what = name.startsWith('--')
        ? `-l ${name.slice(2)}`
        : name.startsWith('-')
          ? `-s ${name.slice(1)}`
          : `-a ${name}`;
      return `complete -c postern -f -n ${quoted(`test (__postern_path) = ${quoted(path)}`)} ${what} -d ${quoted(description)}`;
    }),
  );
  return `function __postern_path
  set -l commands ${completions.map(({ path }) => quoted(path)).join(' ')}
  set -l path ''
  for word in (commandline -opc)[2..-1]
    set -l next (string trim "$path $word")
    contains -- "$next" $commands; and set path $next
  end
  echo "$path"
end
${lines.join('\n')}
`;
}
