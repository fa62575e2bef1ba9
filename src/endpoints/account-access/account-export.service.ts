import type { Account } from '../../identity/accounts/account.js';
import type { SignInsService } from '../../identity/sessions/sign-ins.service.js';
import type { Page } from '../../platform/paging/page.js';
import { toSnake } from '../../platform/wire/snake-case.js';
import type { AccountAccessService } from '../../tenancy/account-admin/account-access.service.js';
import type { AuditService } from '../../tenancy/audit/audit.service.js';

const AT_ONCE = 100;

/** What the export is made of. */
export interface AccountExportDependencies {
  accountAccess: AccountAccessService;
  audit: AuditService;
  signIns: SignInsService;
}

/** All that is stored about a person, for themself. It has no secret, and nothing that could be used as one. */
export class AccountExportService {
  constructor(private readonly deps: AccountExportDependencies) {}

  async export(account: Account): Promise<object> {
    const { accountAccess, audit, signIns } = this.deps;
    const { id } = account;
    const [sessions, applications, factors, history, events] = await Promise.all([
      accountAccess.sessions(id),
      accountAccess.grants(id),
      accountAccess.factors(id),
      all((cursor) => signIns.list(id, AT_ONCE, cursor)),
      all((cursor) => audit.list({ targetId: id }, AT_ONCE, cursor)),
    ]);
    const { passkeys, authenticator, recoveryCodes } = factors;
    return {
      exported_at: new Date(),
      account: toSnake(account),
      passkeys: passkeys.map(({ id: _, accountId: __, ...passkey }) => toSnake(passkey)),
      authenticator: authenticator ? toSnake(authenticator) : null,
      recovery_codes: { total: recoveryCodes.total, left: recoveryCodes.left },
      // The names of resources are audiences, which stay as they are.
      applications: applications.map(({ resources, ...grant }) => ({ ...toSnake(grant), resources })),
      sessions: sessions.map(({ uid: _, signIn, ...session }) => ({
        ...toSnake(session),
        address: signIn?.address ?? null,
        user_agent: signIn?.userAgent ?? null,
      })),
      sign_ins: history.map(({ id: _, sessionUid: __, ...signIn }) => toSnake(signIn)),
      events: events.map(({ action, actor, address, clientId, changedFields, occurredAt }) =>
        toSnake({
          occurredAt,
          action,
          actor: actor === `account:${id}` ? 'you' : kindOf(actor),
          address,
          clientId,
          changedFields,
        }),
      ),
    };
  }
}

/** Operators are not named to the people whom they look after. */
function kindOf(actor: string): string {
  return actor === 'anonymous' ? 'somebody who did not sign in' : 'an operator';
}

async function all<T>(list: (cursor: string | undefined) => Promise<Page<T>>): Promise<T[]> {
  const entries: T[] = [];
  let cursor: string | undefined;
  do {
    const page: Page<T> = await list(cursor);
    entries.push(...page.data);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return entries;
}
