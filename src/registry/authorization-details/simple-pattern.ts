const MAX_PATTERN = 200;
const MAX_COMBINATIONS = 100;

const CHARACTER = String.raw`\\[dwsDWS\\^$.*+?()[\]{}|/-]`;
const CLASS = String.raw`\[\^?(?:\\[dws\\\]\[^-]|[^\\[\]])+\]`;
const ATOM = String.raw`(?:${CHARACTER}|${CLASS}|[^\\^$*+?()[\]{}|])`;
const QUANTIFIER = String.raw`(?:\{\d{1,4}(?:,\d{0,4})?\}|[*+?])`;
const WHOLE = new RegExp(String.raw`^\^(?:${ATOM}${QUANTIFIER}?)*\$$`, 'u');
const QUANTIFIED = new RegExp(String.raw`${ATOM}(${QUANTIFIER})`, 'gu');

/**
 * What is wrong with a regular expression that anybody may have matched against text of their own; undefined when nothing
 * is. It takes time in proportion to the text: from `^` to `$`, each quantifier is of one character or class, at most one
 * is open, and the others leave few combinations.
 */
export function patternProblem(pattern: string): string | undefined {
  if (pattern.length > MAX_PATTERN) return `Use at most ${String(MAX_PATTERN)} characters.`;
  if (!WHOLE.test(pattern))
    return 'Begin with ^, end with $, and write characters, classes such as [A-Z] and quantifiers between them: no groups and no alternatives. For several forms use anyOf.';
  if (!compiles(pattern)) return 'This is no regular expression.';
  let open = 0;
  let combinations = 1;
  for (const [, quantifier = ''] of pattern.slice(1, -1).matchAll(QUANTIFIED)) {
    const choices = choicesOf(quantifier);
    if (choices === undefined) open += 1;
    else combinations *= choices;
  }
  if (open > 1) return 'Use *, + or {n,} once; give the other quantifiers a maximum.';
  if (combinations > MAX_COMBINATIONS)
    return `The quantifiers leave more than ${String(MAX_COMBINATIONS)} combinations: give them a narrower range.`;
  return undefined;
}

/** How many lengths the quantifier allows; undefined for any number. */
function choicesOf(quantifier: string): number | undefined {
  if (quantifier === '?') return 2;
  const [, least = '', comma, most = ''] = /^\{(\d+)(,)?(\d*)\}$/.exec(quantifier) ?? [];
  if (least === '' || (comma !== undefined && most === '')) return undefined;
  return comma === undefined ? 1 : Number(most) - Number(least) + 1;
}

function compiles(pattern: string): boolean {
  try {
    return new RegExp(pattern) instanceof RegExp;
  } catch {
    return false;
  }
}
