import { SETTING_ENTRIES } from './all-settings.js';
import type { Setting } from './setting.js';

const HEADER = ['name', 'default', 'meaning'] as const;
const BEGIN = '<!-- settings -->';
const END = '<!-- /settings -->';

/** The settings in tables of Markdown, one for each group. */
export function settingsMarkdown(): string {
  const groups = [...new Set(SETTING_ENTRIES.map(([, { group }]) => group))];
  return groups
    .map((group) => {
      const entries = SETTING_ENTRIES.filter(([, setting]) => setting.group === group);
      return `## ${group}\n\n${table(entries.map(([name, setting]) => row(name, setting)))}`;
    })
    .join('\n\n');
}

/** The document with the tables between its two markers. Throws when it does not have the markers. */
export function withSettingsMarkdown(document: string): string {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (begin < 0 || end < begin)
    throw new Error(`The document does not have the markers ${BEGIN} and ${END}.`);
  return `${document.slice(0, begin)}${BEGIN}\n\n${settingsMarkdown()}\n\n${document.slice(end)}`;
}

function row(name: string, setting: Setting): string[] {
  const text = typeof setting.default === 'object' ? setting.default.documented : setting.default;
  return [`\`${name}\``, text ? `\`${text}\`` : 'unset', setting.description.replaceAll('|', '\\|')];
}

/** Columns padded to one width, as the formatter of this repository does. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = HEADER.map((title, column) =>
    Math.max(title.length, ...rows.map((cells) => cells[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [HEADER, widths.map((width) => '-'.repeat(width)), ...rows].map(line).join('\n');
}
