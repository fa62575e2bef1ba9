import type { PersonRequest } from '../../identity/account-events/person-request.js';
import type { AccountPage, AccountSection } from '../../platform/page-models/account.js';
import type { AccountAreaPages } from '../../platform/page-models/page-models.js';
import type { PageModels } from '../../platform/page-models/page-models.js';
import type { NoticeOnPage } from '../../platform/page-models/shared.js';
import { requestIdOf } from '../../platform/pages/error-page.js';
import { sendPage } from '../../platform/pages/page-headers.js';
import type { Pages } from '../../platform/pages/pages.js';
import { type Actor, personActor } from '../../identity/account-events/actor.js';
import { OWN_SIGN_OUT } from '../sign-in/own-paths.js';
import type { OwnContext, OwnPages } from '../sign-in/own-session.js';

/** The page's own part of its model. */
type Own<Name extends keyof AccountAreaPages> = Omit<AccountAreaPages[Name], keyof AccountPage>;

/** The messages of a page about what was done, by the word in the query string. */
export type Notices = Readonly<Record<string, string>>;

/** What every route of the account area does: shows pages in the layout, reads forms, and says what was done. */
export class AccountArea {
  constructor(
    private readonly pages: Pages,
    private readonly ownPages: OwnPages,
    private readonly hasRequests: boolean,
  ) {}

  /** Sends a page. `notices` are the messages that it can show about what was done before. */
  send<Name extends keyof AccountAreaPages>(
    ctx: OwnContext,
    name: Name,
    section: AccountSection,
    own: Own<Name>,
    { notices = {}, status = 200 }: { notices?: Notices; status?: number } = {},
  ): void {
    const { account, csrf } = ctx.state.person;
    const shell: AccountPage = {
      section,
      email: account.email,
      csrf,
      signOutAction: OWN_SIGN_OUT,
      hasRequests: this.hasRequests,
      timeZone: timeZoneOf(account.profile.zoneinfo),
      notice: status === 200 ? noticeOf(ctx, notices) : undefined,
    };
    // The pages' names and models belong together; TypeScript cannot see it through the spread.
    const model = { ...shell, ...own } as unknown as PageModels[Name];
    sendPage(ctx, this.pages.render(name, model), { status });
  }

  /** Throws as `OwnPages.readForm` does. */
  readForm(ctx: OwnContext): Promise<URLSearchParams> {
    return this.ownPages.readForm(ctx);
  }

  /** Asks for a sign-in of the last 10 minutes, and comes back to `page`. */
  requireFresh(ctx: OwnContext, page: string): void {
    this.ownPages.requireFresh(ctx, page);
  }

  /** Notes in the session what the person has shown by setting it up (RFC 8176). */
  addMethods(ctx: OwnContext, added: readonly string[]): Promise<void> {
    return this.ownPages.addMethods(ctx, added);
  }

  /** Leads to a page after a form (RFC 9110 section 15.4.4), which shows the message of this word. */
  done(ctx: OwnContext, page: string, word: string): void {
    ctx.set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' });
    ctx.status = 303;
    ctx.redirect(`${page}?done=${word}`);
  }
}

/** The person as the actor of what they do in this request. */
export function actorOf(ctx: OwnContext): Actor {
  return personActor(ctx.state.person.account.id, requestOf(ctx));
}

/** Where the request comes from, for events and mails. */
export function requestOf(ctx: OwnContext): PersonRequest {
  return {
    address: ctx.ip,
    requestId: requestIdOf(ctx) ?? null,
    userAgent: ctx.get('User-Agent').slice(0, 256) || null,
  };
}

/** A parameter of the query string that occurs once. */
export function queryOf(ctx: OwnContext, name: string): string | undefined {
  const value = ctx.query[name];
  return typeof value === 'string' ? value : undefined;
}

function noticeOf(ctx: OwnContext, notices: Notices): NoticeOnPage | undefined {
  const word = queryOf(ctx, 'done') ?? '';
  const text = Object.hasOwn(notices, word) ? notices[word] : undefined;
  return text === undefined ? undefined : { kind: 'good', text };
}

/** A time zone of the person that this machine knows; undefined for UTC. */
function timeZoneOf(zoneinfo: string | undefined): string | undefined {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zoneinfo });
    return zoneinfo;
  } catch {
    return undefined;
  }
}
