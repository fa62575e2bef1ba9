/** Programs by the token that tells them; the first that matches counts, because browsers name their ancestors, too. */
const PROGRAMS: readonly [RegExp, string][] = [
  [/\bEdgA?\/|\bEdgiOS\//, 'Edge'],
  [/\bOPR\/|\bOPT\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\bVivaldi\//, 'Vivaldi'],
  [/\bFirefox\/|\bFxiOS\//, 'Firefox'],
  [/\bHeadlessChrome\/|\bChrome\/|\bCriOS\//, 'Chrome'],
  [/\bVersion\/[\d.]+.*\bSafari\//, 'Safari'],
];

const SYSTEMS: readonly [RegExp, string][] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bMacintosh\b|\bMac OS X\b/, 'macOS'],
  [/\bLinux\b|\bX11\b/, 'Linux'],
];

const MAX_NAME = 40;

/**
 * The program of a `User-Agent` header in words, such as "Firefox on Linux"; for one that is no known browser the name that
 * it gives itself. Undefined when there is none. People recognize it; nothing else may rely on it.
 */
export function describeUserAgent(header: string | null | undefined): string | undefined {
  const text = header?.trim().slice(0, 512) ?? '';
  const program = PROGRAMS.find(([pattern]) => pattern.test(text))?.[1];
  const system = SYSTEMS.find(([pattern]) => pattern.test(text))?.[1];
  if (program) return system ? `${program} on ${system}` : program;
  const [own] = /^[A-Za-z][\w .+-]*/.exec(text) ?? [];
  if (!own || own === 'Mozilla') return system ? `A program on ${system}` : undefined;
  return own.trim().slice(0, MAX_NAME);
}

/** The same for a list, where every line needs a name. */
export function browserOf(userAgent: string | null): string {
  return describeUserAgent(userAgent) ?? 'Another browser';
}

/** Whether it is a hand-held device. */
export function isMobile(userAgent: string | null): boolean {
  return /\b(?:iPhone|iPad|Android|Mobile)\b/.test(userAgent ?? '');
}
