import type { OptionOnPage } from '../../platform/console-page-models/clients.js';

/** The options and those that are chosen already and no option any more; a form without a box for them would lose them. */
export function withPresent(options: readonly OptionOnPage[], chosen: readonly string[]): OptionOnPage[] {
  const others = chosen.filter((value) => !options.some((option) => option.value === value));
  return [...options, ...others.map((value) => ({ value, text: value }))];
}
