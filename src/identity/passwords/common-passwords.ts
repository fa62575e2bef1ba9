/** Words that guessing programs begin with, lower case and without their usual replacements of letters. */
const WORDS =
  'password passwort passwd motdepasse contrasena senha parola haslo wachtwoord secret geheim private privat login signin ' +
  'admin administrator root superuser superadmin sysadmin manager master user username guest test testing tester demo ' +
  'default changeme change letmein welcome willkommen bienvenue hello hallo hola bonjour iloveyou ilove loveyou love lover ' +
  'princess prince sunshine moonlight starlight monkey dragon tiger lion eagle falcon phoenix wolf horse butterfly ' +
  'football baseball basketball soccer hockey tennis golf skate liverpool chelsea arsenal barcelona madrid bayern juventus ' +
  'superman batman spiderman ironman pokemon pikachu naruto minecraft fortnite starwars trustno matrix ninja samurai ' +
  'computer internet google facebook instagram twitter youtube linkedin microsoft windows apple iphone android samsung ' +
  'oracle server database network security access account company office business work job home family mother father ' +
  'daddy mummy mommy sister brother baby angel jesus christ god heaven blessed faith grace hope forever friend friends ' +
  'michael jennifer jessica ashley nicole daniel thomas robert george charlie andrew joshua matthew anthony william ' +
  'james john jordan hunter amanda michelle maria anna alex alexander david peter martin stefan andreas ' +
  'summer winter spring autumn sommer herbst january february march april may june july august september october ' +
  'november december monday tuesday wednesday thursday friday saturday sunday ' +
  'london paris berlin newyork america england germany france spain italy india china russia brasil canada texas ' +
  'california chocolate cookie coffee banana orange cherry pepper ginger flower flowers rainbow purple yellow silver ' +
  'golden diamond crystal shadow silent killer freedom liberty victory power money million dollar lucky happy smile ' +
  'summertime whatever nothing something anything everything please thanks thankyou goodbye forgot remember mypassword ' +
  'my the is a new this that our your me you one two three number first last abc abcd abcde xyz qwe asd zxc qaz wsx edc ' +
  'postern openid oauth';
const KEY_SEQUENCES = [
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiopasdfghjklzxcvbnm',
  'qwertzuiopasdfghjklyxcvbnm',
  'azertyuiopqsdfghjklmwxcvbn',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p',
  '1q2w3e4r5t6y7u8i9o0p',
  'q1w2e3r4t5y6u7i8o9p0',
  'qazwsxedcrfvtgbyhnujmikolp',
  '0123456789012345678901234567890',
];
const LETTERS: Readonly<Record<string, string>> = {
  '@': 'a',
  '4': 'a',
  '3': 'e',
  '1': 'i',
  '!': 'i',
  '0': 'o',
  $: 's',
  '5': 's',
  '7': 't',
};
const MAX_WORDS = 2;
const MIN_SEQUENCE = 4;

const words = new Set(WORDS.split(' '));
const longestWord = Math.max(...[...words].map((word) => word.length));
const sequences = KEY_SEQUENCES.flatMap((sequence) => [sequence, [...sequence].reverse().join('')]);

/**
 * Whether a password is one that is guessed first although it is long: it repeats a few characters, or consists of at most
 * two common words, key sequences, digits and punctuation, with letters replaced in the usual ways or not. `own` are words
 * about the person, which count as common.
 */
export function isCommonPassword(password: string, own: readonly string[] = []): boolean {
  const text = password.normalize('NFKC').toLowerCase();
  const replaced = [...text].map((character) => LETTERS[character] ?? character).join('');
  const known = new Set([
    ...words,
    ...own.map((word) => word.toLowerCase()).filter((word) => word.length > 2),
  ]);
  return new Set(text).size < 4 || repeats(text) || consistsOf(text, replaced, known);
}

function repeats(text: string): boolean {
  const lengths = Array.from({ length: Math.min(8, Math.floor(text.length / 2)) }, (_, index) => index + 1);
  return lengths.some((length) => text.slice(length) === text.slice(0, -length));
}

/**
 * Whether the text can be split into tokens of which at most `MAX_WORDS` different ones are words, as they are or with
 * letters replaced.
 */
function consistsOf(text: string, replaced: string, known: ReadonlySet<string>): boolean {
  const longest = Math.max(longestWord, ...[...known].map((word) => word.length));
  const dead = new Set<string>();
  const from = (start: number, used: ReadonlySet<string>): boolean => {
    if (start === text.length) return true;
    const state = `${String(start)} ${[...used].join(' ')}`;
    if (dead.has(state)) return false;
    if (tokenLengths(text, start).some((length) => from(start + length, used))) return true;
    for (let length = Math.min(longest, text.length - start); length > 0; length--) {
      const word = [text, replaced]
        .map((form) => form.slice(start, start + length))
        .find((part) => known.has(part));
      if (word === undefined) continue;
      const more = new Set(used).add(word);
      if (more.size <= MAX_WORDS && from(start + length, more)) return true;
    }
    dead.add(state);
    return false;
  };
  return from(0, new Set());
}

/** How many characters from here are digits, punctuation, one character again and again, or a key sequence. */
function tokenLengths(text: string, start: number): number[] {
  const rest = text.slice(start);
  const lengths = [/^\d{1,8}/.exec(rest), /^[^\p{L}\p{N}]+/u.exec(rest), /^(.)\1{2,}/su.exec(rest)].map(
    (match) => match?.[0].length ?? 0,
  );
  let run = MIN_SEQUENCE;
  while (run <= rest.length && sequences.some((sequence) => sequence.includes(rest.slice(0, run)))) run++;
  if (run > MIN_SEQUENCE) lengths.push(run - 1);
  return [...new Set(lengths)].filter((length) => length > 0);
}
