/** Pages of this server for people who are signed in. */
export interface OwnArea {
  /** The path of the first page; the others are below it. */
  home: string;
  /** Seconds after which an unused session has ended. */
  idleSeconds: number;
}

export const ACCOUNT_AREA: OwnArea = { home: '/account', idleSeconds: 86_400 };
export const CONSOLE_AREA: OwnArea = { home: '/console', idleSeconds: 1_800 };
const AREAS = [ACCOUNT_AREA, CONSOLE_AREA];

/** Where people answer applications that ask for them (CIBA). */
export const ACCOUNT_REQUESTS = `${ACCOUNT_AREA.home}/requests`;

/** Where a sign-in to our own pages begins, and where it is ended. */
export const OWN_SIGN_IN = '/self/sign-in';
/** The same with the page that creates an account. */
export const OWN_SIGN_UP = `${OWN_SIGN_IN}?to=%2Faccount&prompt=create`;
export const OWN_SIGN_OUT = '/self/sign-out';
/** The page after a person has asked to delete the account; it says nothing about anybody. */
export const ACCOUNT_DELETED = '/self/account-deleted';

const MAX_LENGTH = 500;

/**
 * The path (with query) if it is one of our own areas'; undefined for every other text, so that nothing redirects
 * elsewhere.
 */
export function ownPath(text: string | undefined, issuer: string): string | undefined {
  if (text === undefined || text.length > MAX_LENGTH || !text.startsWith('/')) return undefined;
  const url = URL.parse(text, issuer);
  if (url?.origin !== new URL(issuer).origin) return undefined;
  const inArea = AREAS.some(({ home }) => url.pathname === home || url.pathname.startsWith(`${home}/`));
  return inArea ? url.pathname + url.search : undefined;
}
