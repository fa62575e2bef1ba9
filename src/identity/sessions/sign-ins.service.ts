import { isIP } from 'node:net';
import type { Database } from '../../platform/db/database.js';
import { type Page, readPage } from '../../platform/paging/page.js';
import type { Logger } from '../../platform/telemetry/telemetry.js';
import { deleteInBatches } from '../../platform/jobs/delete-in-batches.js';
import type { AccountEvents } from '../account-events/account-events.js';
import { personActor } from '../account-events/actor.js';
import type { NoticesService } from '../notices/notices.service.js';
import { browserOf } from './user-agent.js';
import type { SessionsService } from './sessions.service.js';
import type { SignInRecord, SignInsRepository } from './sign-ins.repository.js';

export type { SignInRecord } from './sign-ins.repository.js';

const MAX_USER_AGENT = 256;

/** A sign-in with all that it takes, whose session is saved. */
export interface CompletedSignIn {
  accountId: string;
  sessionUid: string;
  /** Seconds since the epoch. */
  signedInAt: number;
  /** When it was proved, in milliseconds since the epoch; null in a session from before. */
  provedAt: number | null;
  clientId: string | undefined;
  amr: readonly string[];
  address: string;
  userAgent: string;
  requestId?: string | null;
}

/** When, where and how people signed in; kept for SIGN_IN_HISTORY_DAYS. */
export class SignInsService {
  constructor(
    private readonly database: Database,
    private readonly repository: SignInsRepository,
    private readonly sessions: Pick<SessionsService, 'discard'>,
    private readonly events: AccountEvents,
    private readonly notices: NoticesService,
    private readonly log: Logger,
    private readonly historyDays: number,
  ) {}

  /**
   * Records it once, with an event of the account and a line of the log. The person gets a mail when other browsers
   * signed in before, and none of the same name. Ends the session again, with what was allowed in it, if all of the account
   * were ended between the look at the account and the moment in which this session was saved.
   */
  async completed(signIn: CompletedSignIn): Promise<void> {
    const { accountId, sessionUid, clientId, amr, address, requestId = null } = signIn;
    const userAgent = textOf(signIn.userAgent);
    const row = {
      accountId,
      sessionUid,
      clientId: clientId ?? null,
      address: isIP(address) ? (address.split('%')[0] ?? null) : null,
      userAgent,
      amr,
      occurredAt: signIn.signedInAt,
      provedAt: signIn.provedAt,
    };
    const actor = personActor(accountId, { address, requestId });
    const isNew = await this.database.transaction(async (tx) => {
      const known = (await this.repository.userAgents(tx, accountId)).map(browserOf);
      const newBrowser = known.length > 0 && !known.includes(browserOf(userAgent));
      const account = await this.repository.insert(tx, { ...row, newBrowser });
      if (!account) return false;
      const { email } = account;
      const occasion = { address, browser: browserOf(userAgent) };
      if (newBrowser) await this.notices.send(tx, { email }, 'new_browser', occasion);
      const about = clientId === undefined ? {} : { clientId };
      await this.events.record(tx, { actor, action: 'account.signed_in', accountId, ...about });
      if (!account.isValid) await this.sessions.discard(tx, accountId, sessionUid);
      return true;
    });
    if (isNew) this.log.info({ accountId, clientId, amr, address, requestId }, 'a person signed in');
  }

  /** The session has ended by a sign-out. */
  ended(sessionUid: string): Promise<void> {
    return this.repository.end([sessionUid]);
  }

  /** Newest first. Throws as `readPage` does. */
  list(accountId: string, limit: number, cursor?: string): Promise<Page<SignInRecord>> {
    return readPage(limit, cursor, (slice) => this.repository.list(accountId, slice));
  }

  /** Deletes those that are older than the history, until `stopping` aborts; returns how many. */
  purge(stopping?: AbortSignal): Promise<number> {
    return deleteInBatches((limit) => this.repository.deleteOlderThan(this.historyDays, limit), stopping);
  }
}

/** What PostgreSQL can store of the header, at most 256 characters; null when it is empty. */
function textOf(userAgent: string): string | null {
  return (
    userAgent
      .replace(/[\u0000-\u001f\u007f]/g, '')
      .slice(0, MAX_USER_AGENT)
      .trim() || null
  );
}
