/** What a mail says, in the order in which it says it. The text and the HTML of a mail are made from the same content. */
export interface MailContent {
  /** Shown on lock screens, so it holds no code. */
  subject: string;
  heading: string;
  /** Paragraphs before the code and the link. */
  opening: string[];
  /** Eight digits in two groups. */
  code?: string;
  /** How long code and link work. */
  validity?: string;
  link?: { label: string; url: string };
  /** Paragraphs after the link. */
  closing?: string[];
  /** When, with which browser and from where something was asked for or done. */
  occasion?: Occasion & { heading: string };
  /** What to do when it was not the person. */
  doubt?: { question: string; answer: string; link?: { label: string; url: string } };
  /** Why the mail was sent to this address. */
  reason: string;
}

/** A request of a person or an operator. */
export interface Occasion {
  at: Date;
  /** The browser in words, such as `Firefox on Linux`. */
  browser?: string | undefined;
  /** The IP address of the request; the mail shows its network only. */
  address?: string | null | undefined;
}

/** The site that sends the mails. */
export interface MailSite {
  /** The origin of every link. */
  issuer: string;
  /** The host of `issuer`. */
  name: string;
  supportUrl: string | undefined;
}

/** A message with a code to type and a link to the same page. */
export interface CodeModel extends Occasion {
  /** Eight digits. */
  code: string;
  /** The path of the link. */
  path: string;
  /** Of the link. */
  expiresAt: Date;
  codeExpiresAt: Date;
}

/** `4821 7306`, as it is shown. */
export function groupedCode(code: string): string {
  return `${code.slice(0, 4)} ${code.slice(4)}`;
}

const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
const TIME = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: 'UTC' });

/** `26 November 2026, 13:05 UTC`. */
export function dayAndTime(date: Date): string {
  return `${DAY.format(date)}, ${TIME.format(date)} UTC`;
}

/** `until 13:20 UTC (15 minutes)`, from `now` on. */
export function untilTime(end: Date, now: Date): string {
  const minutes = Math.round((end.getTime() - now.getTime()) / 60_000);
  if (minutes >= 1_440) return `until ${dayAndTime(end)} (${count(Math.round(minutes / 1_440), 'day')})`;
  return `until ${TIME.format(end)} UTC (${count(minutes, 'minute')})`;
}

function count(number: number, unit: string): string {
  return `${String(number)} ${unit}${number === 1 ? '' : 's'}`;
}
