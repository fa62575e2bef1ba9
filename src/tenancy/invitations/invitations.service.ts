import type { Account } from '../../identity/accounts/account.js';
import type { AccountsService } from '../../identity/accounts/accounts.service.js';
import { canonicalEmail, emailErrors } from '../../identity/accounts/email-and-password-rules.js';
import { personActor, type RequestOrigin } from '../../identity/account-events/actor.js';
import type { AttemptsService } from '../../identity/attempts/attempts.service.js';
import type { RateLimits } from '../../identity/attempts/limits.js';
import type {
  Exchanged,
  OneTimeCodesService,
  ValidCode,
} from '../../identity/one-time-codes/one-time-codes.service.js';
import type { SignUpService } from '../../identity/sign-up/sign-up.service.js';
import type { Database, Transaction } from '../../platform/db/database.js';
import { AppError, found, invalid } from '../../platform/errors/errors.js';
import type { MailService } from '../../platform/mail/mail.service.js';
import { type Page, readPage } from '../../platform/paging/page.js';
import { parseInput } from '../../platform/wire/input.js';
import { accountSubject } from '../access/subjects.js';
import type { Actor, AuditAction, AuditService } from '../audit/audit.service.js';
import { type MembersService, roleErrors } from '../members/members.service.js';
import type { Tenant } from '../tenants/tenant.js';
import { tenantInWords } from '../tenants/tenant-in-words.js';
import type { TenantsService } from '../tenants/tenants.service.js';
import { INVITATION_READ_ONLY, newInvitation } from './invitation.schema.js';
import type { Invitation, InvitationsRepository, InvitedTo } from './invitations.repository.js';

export type { Invitation } from './invitations.repository.js';

const WEEK_SECONDS = 7 * 86_400;
const CLOSED =
  'Nobody can be invited here: that needs SIGN_UP=invite or open, and mail (SMTP_URL where the issuer is not localhost).';
const OVER = 'This invitation does not work any more. Ask for another one.';
const UNVERIFIED =
  'The account with this address has not proved it yet. Sign in, verify the address in your account, and open the link again.';

/** What `InvitationsService` needs. */
export interface InvitationsDependencies {
  database: Database;
  repository: InvitationsRepository;
  accounts: Pick<AccountsService, 'findByEmail'>;
  oneTimeCodes: OneTimeCodesService;
  mail: MailService;
  attempts: AttemptsService;
  rateLimits: Pick<RateLimits, 'codeFromAddress' | 'codeMail'>;
  signUp: Pick<SignUpService, 'mode'>;
  members: Pick<MembersService, 'grant'>;
  tenants: Pick<TenantsService, 'lockForShare'>;
  audit: AuditService;
}

/** An invitation as its link shows it. */
export interface OpenInvitation extends Invitation, InvitedTo {
  /** Whether the address has an account, which gets the role. */
  hasAccount: boolean;
}

/**
 * Invitations of people to roles by e-mail. An address with an account and one without are invited in the same way and
 * with the same answer. They work for a week, once, and can be revoked.
 */
export class InvitationsService {
  constructor(private readonly deps: InvitationsDependencies) {}

  /** Why nobody can be invited here; undefined where people can. */
  get refusal(): string | undefined {
    return this.deps.signUp.mode === 'off' ? CLOSED : undefined;
  }

  /** The pending invitations of exactly this tenant, newest first. Throws as `readPage` does. */
  list(tenant: Tenant, limit: number, cursor?: string): Promise<Page<Invitation>> {
    return readPage(limit, cursor, (slice) => this.deps.repository.list(tenant, slice));
  }

  /** Throws AppError `not_found`. */
  async get(tenant: Tenant, id: string): Promise<Invitation> {
    return found(await this.deps.repository.find(tenant, id), 'invitation');
  }

  /**
   * Throws AppError `invalid` with all errors, `conflict` when the address is invited already or people cannot sign up
   * here, and `slow_down` after too many invitations of one address.
   */
  async create(actor: Actor, tenant: Tenant, input: Record<string, unknown>): Promise<Invitation> {
    const { attempts, database, rateLimits } = this.deps;
    const { email: given, role } = parseInput(newInvitation, input, INVITATION_READ_ONLY);
    const email = canonicalEmail(given);
    const errors = [...emailErrors(email), ...roleErrors(tenant, role)];
    if (errors.length > 0) throw invalid(errors);
    if (this.refusal !== undefined) throw new AppError('conflict', this.refusal);
    await attempts.reserve([rateLimits.codeMail('invitation', email)]);
    return database.transaction(async (tx) => {
      const { orgId, projectId } = tenant;
      if (orgId !== null) await this.deps.tenants.lockForShare(tx, { orgId, projectId: null });
      if (orgId !== null && projectId !== null)
        await this.deps.tenants.lockForShare(tx, { orgId, projectId });
      const values = { email, role, invitedBy: actor.subject, seconds: WEEK_SECONDS };
      const made = await this.deps.repository.insert(tx, tenant, values);
      if (!made)
        throw new AppError('conflict', 'This address is invited already; revoke that invitation first.');
      await this.#send(tx, made);
      await this.#record(tx, actor, 'invitation.created', made);
      return made;
    });
  }

  /** Its link does not work any more. Throws AppError `not_found`. */
  async revoke(actor: Actor, tenant: Tenant, id: string): Promise<void> {
    const { database, oneTimeCodes, repository } = this.deps;
    await database.transaction(async (tx) => {
      found(await repository.find(tenant, id), 'invitation');
      const gone = found(await repository.delete(tx, id), 'invitation');
      await oneTimeCodes.cancel(tx, 'invitation', id);
      await this.#record(tx, actor, 'invitation.revoked', gone);
    });
  }

  /** What a link invites to; undefined when it does not work any more. */
  async open(secret: string): Promise<OpenInvitation | undefined> {
    const code = await this.deps.oneTimeCodes.find('invitation', secret);
    const invitation = code && (await this.deps.repository.describe(code.payload.invitationId));
    if (!invitation) return undefined;
    const account = await this.deps.accounts.findByEmail(invitation.email);
    return { ...invitation, hasAccount: account !== undefined };
  }

  /** Exchanges a link for the secret with which the invited person signs up; undefined when it does not work any more. */
  beginSignUp(secret: string): Promise<Exchanged<'invitation'> | undefined> {
    return this.deps.oneTimeCodes.exchangeLink('invitation', secret);
  }

  /**
   * Gives the role to the account of the address. Throws AppError `conflict` when the link does not work any more, and
   * `forbidden` for an account that has not proved the address: it may be somebody else's.
   */
  async accept(secret: string, origin: RequestOrigin): Promise<void> {
    const { accounts, database, oneTimeCodes } = this.deps;
    await database.transaction(async (tx) => {
      const code = await oneTimeCodes.consume(tx, 'invitation', secret);
      const account = code && (await accounts.findByEmail(code.payload.email));
      if (!code || account?.status !== 'active') throw new AppError('conflict', OVER);
      if (!account.emailVerified) throw new AppError('forbidden', UNVERIFIED);
      await this.acceptFor(tx, account, code, origin);
    });
  }

  /**
   * Gives the role of a consumed link to an account, unless it has one there already. Throws AppError `conflict` when the
   * invitation was revoked.
   */
  async acceptFor(
    tx: Transaction,
    account: Account,
    { payload }: ValidCode<'invitation'>,
    origin: RequestOrigin,
  ): Promise<void> {
    const invitation = await this.deps.repository.delete(tx, payload.invitationId);
    if (!invitation || invitation.expiresAt <= new Date()) throw new AppError('conflict', OVER);
    const actor = personActor(account.id, origin);
    await this.#record(tx, actor, 'invitation.accepted', invitation);
    try {
      const subject = accountSubject(account.id);
      await this.deps.members.grant(tx, actor, tenantOf(invitation), subject, invitation.role, true);
    } catch (error) {
      if (!(error instanceof AppError) || error.kind !== 'conflict') throw error;
    }
  }

  /** Deletes what has expired; returns how many. */
  purge(): Promise<number> {
    return this.deps.repository.purge();
  }

  async #send(tx: Transaction, { email, id, role }: Invitation): Promise<void> {
    const { mail, oneTimeCodes, repository } = this.deps;
    const to = found(await repository.describe(id, tx), 'invitation');
    const payload = { email, invitationId: id };
    const { expiresAt, secret } = await oneTimeCodes.issue(tx, { purpose: 'invitation', key: id, payload });
    const model = {
      role,
      tenant: tenantInWords(to),
      path: `/invitations/${secret}`,
      at: new Date(),
      expiresAt,
    };
    await mail.enqueue(tx, { to: email, template: 'invitation', model, validUntil: expiresAt });
  }

  #record(tx: Transaction, actor: Actor, action: AuditAction, { id, ...rest }: Invitation): Promise<void> {
    return this.deps.audit.record(tx, { actor, action, targetId: id, ...tenantOf(rest), changedFields: [] });
  }
}

function tenantOf({ orgId, projectId }: Pick<Invitation, 'orgId' | 'projectId'>): Tenant {
  return { orgId, projectId } as Tenant;
}
