import type { Role } from '../access/permissions.js';
import { parseSubject, type Subject, subjectText } from '../access/subjects.js';
import { canonicalEmail, isEmail } from '../../identity/accounts/email-and-password-rules.js';
import type { AccountsService } from '../../identity/accounts/accounts.service.js';
import type { Actor, AuditAction, AuditService } from '../audit/audit.service.js';
import type { Database, Sql, Transaction } from '../../platform/db/database.js';
import { lock } from '../../platform/db/locks.js';
import { AppError, found, invalid, type ValidationError } from '../../platform/errors/errors.js';
import { type Page, readPage } from '../../platform/paging/page.js';
import { parseInput } from '../../platform/wire/input.js';
import type { OwnerNoticesService } from '../owner-notices/owner-notices.service.js';
import type { ProjectTenant, Tenant } from '../tenants/tenant.js';
import type { TenantsService } from '../tenants/tenants.service.js';
import { MEMBER_READ_ONLY, memberPatch, NEW_MEMBER_READ_ONLY, newMember } from './member-request.schema.js';
import type { Member, MembersRepository } from './members.repository.js';

export type { Member } from './members.repository.js';

/** Live clients, as far as roles concern them. */
export interface MemberClients {
  /** The project that the client belongs to. */
  ownerOf(clientId: string): Promise<ProjectTenant | undefined>;
  /**
   * Prepares that the client gets a role, and returns what to run in the transaction that gives it. That replaces the
   * secrets when `rotate` says so, and resolves with the new one; else it throws AppError `conflict` when a secret of the
   * client is old enough that others may know it.
   */
  prepareRole(
    actor: Actor,
    clientId: string,
    rotate: boolean,
  ): Promise<(tx: Transaction) => Promise<string | undefined>>;
}

/** What memberships need; `issuers` are the outside ones whose people can be members. */
export interface MembersDependencies {
  database: Database;
  repository: MembersRepository;
  accounts: Pick<AccountsService, 'find' | 'findByEmail'>;
  clients: MemberClients;
  tenants: TenantsService;
  audit: AuditService;
  ownerNotices: OwnerNoticesService;
  issuers: readonly string[];
}

/**
 * The roles of subjects in tenants. Every change and its audit event are one transaction. AppErrors are `invalid` with all
 * errors, `not_found` also for members of another tenant, and `conflict` for a second role of a subject in a tenant and
 * for a change that would leave the installation without an owner.
 */
export class MembersService {
  constructor(private readonly deps: MembersDependencies) {}

  /** The members of exactly this tenant, newest first. Throws as `readPage` does. */
  list(tenant: Tenant, limit: number, cursor?: string): Promise<Page<Member>> {
    return readPage(limit, cursor, (slice) => this.deps.repository.list(tenant, slice));
  }

  async get(tenant: Tenant, id: string): Promise<Member> {
    return found(await this.deps.repository.find(tenant, { id }), 'member');
  }

  /** The member that is the first of these subjects that has a role there. */
  async findBySubject(tenant: Tenant, subject: string, ...others: string[]): Promise<Member> {
    const member = await this.deps.repository.find(tenant, { subject });
    const [next, ...rest] = others;
    return member === undefined && next !== undefined
      ? this.findBySubject(tenant, next, ...rest)
      : found(member, 'member');
  }

  /**
   * Gives a role to a subject that exists, or to an e-mail address. A caller who `knowsAccounts` names an account by it;
   * for others the role is the address's, so that the response says nothing about accounts; for the whole installation they
   * cannot name an address. `clientSecret` is the new
   * secret of a client, returned this once, when the input asked for one.
   */
  async add(
    actor: Actor,
    tenant: Tenant,
    input: Record<string, unknown>,
    { knowsAccounts }: { knowsAccounts: boolean },
  ): Promise<{ member: Member; clientSecret?: string }> {
    const {
      subject,
      email,
      role,
      rotate_secret: rotate = false,
    } = parseInput(newMember, input, NEW_MEMBER_READ_ONLY);
    const errors = roleErrors(tenant, role);
    const named = await this.#subject(tenant, subject, email, knowsAccounts);
    if ('pointer' in named) errors.push(named);
    else if (rotate && named.kind !== 'client')
      errors.push({ pointer: '/rotate_secret', detail: 'Only clients have secrets; leave it out.' });
    if ('pointer' in named || errors.length > 0) throw invalid(errors);
    const { clients, database } = this.deps;
    const prepared =
      named.kind === 'client' ? await clients.prepareRole(actor, named.clientId, rotate) : undefined;
    return database.transaction(async (tx) => {
      const member = await this.grant(tx, actor, tenant, subjectText(named), role, email !== undefined);
      const clientSecret = await prepared?.(tx);
      return clientSecret === undefined ? { member } : { member, clientSecret };
    });
  }

  /**
   * As `add`, for a subject that is known to exist, within the caller's transaction; `emailNamed` says that the e-mail
   * address was named, so that it may be shown.
   */
  async grant(
    tx: Transaction,
    actor: Actor,
    tenant: Tenant,
    subject: string,
    role: Role,
    emailNamed = false,
  ): Promise<Member> {
    const { repository, tenants } = this.deps;
    if (tenant.orgId !== null) await tenants.lockForShare(tx, { orgId: tenant.orgId, projectId: null });
    if (tenant.orgId !== null && tenant.projectId !== null)
      await tenants.lockForShare(tx, { orgId: tenant.orgId, projectId: tenant.projectId });
    const notify = await this.deps.ownerNotices.prepare(tx, actor, tenant);
    const id = await repository.insert(tx, tenant, subject, role, emailNamed);
    if (id === undefined) {
      throw new AppError('conflict', 'This subject has a role here already; change that one instead.');
    }
    await this.#audit(tx, actor, 'member.added', tenant, id, ['subject', 'role']);
    const member = found(await repository.find(tenant, { id }, tx), 'member');
    await notify({ kind: 'role_given', member });
    return member;
  }

  async update(actor: Actor, tenant: Tenant, id: string, patch: Record<string, unknown>): Promise<Member> {
    const { role } = parseInput(memberPatch, patch, MEMBER_READ_ONLY);
    const errors = role === undefined ? [] : roleErrors(tenant, role);
    if (errors.length > 0) throw invalid(errors);
    const { database, ownerNotices, repository } = this.deps;
    return database.transaction(async (tx) => {
      const before = found(await repository.find(tenant, { id }, tx), 'member');
      if (role === undefined || role === before.role) return before;
      const notify = await ownerNotices.prepare(tx, actor, tenant);
      await repository.updateRole(tx, id, role);
      await this.#audit(tx, actor, 'member.updated', tenant, id, ['role']);
      const after = found(await repository.find(tenant, { id }, tx), 'member');
      await notify({ kind: 'role_changed', member: after });
      return after;
    });
  }

  /** Effective with the next request. The last owner of the installation who can still act stays. */
  async remove(actor: Actor, tenant: Tenant, id: string): Promise<void> {
    const { database, ownerNotices, repository } = this.deps;
    await database.transaction(async (tx) => {
      // Two owners who remove each other concurrently must not both succeed.
      if (tenant.orgId === null) await lock(tx, 'installation owners');
      const before = found(await repository.find(tenant, { id }, tx), 'member');
      const notify = await ownerNotices.prepare(tx, actor, tenant);
      await repository.delete(tx, id);
      if (tenant.orgId === null && !(await repository.hasLivingOwner(tx))) {
        throw new AppError('conflict', 'This is the last owner of the installation; add another one first.');
      }
      await this.#audit(tx, actor, 'member.removed', tenant, id, []);
      await notify({ kind: 'role_taken', member: before });
    });
  }

  /** Whether the installation has an owner; it has none before the first start. */
  hasOwner(sql?: Sql): Promise<boolean> {
    return this.deps.repository.hasOwner(sql);
  }

  /** The people who own the installation, oldest account first. */
  operators(): Promise<{ id: string; email: string }[]> {
    return this.deps.repository.operators();
  }

  /** The subject, or what is wrong with it. */
  async #subject(
    tenant: Tenant,
    subject: string | undefined,
    email: string | undefined,
    knowsAccounts: boolean,
  ): Promise<Subject | ValidationError> {
    if ((subject === undefined) === (email === undefined)) {
      return { pointer: '/subject', detail: 'Send either a subject or an e-mail address.' };
    }
    if (email !== undefined) {
      const wrongEmail = (detail: string): ValidationError => ({ pointer: '/email', detail });
      const canonical = canonicalEmail(email);
      if (!isEmail(canonical)) return wrongEmail('This is no e-mail address.');
      if (!knowsAccounts && tenant.orgId === null) throw needsAccounts();
      if (!knowsAccounts) return { kind: 'email', email: canonical };
      const account = await this.deps.accounts.findByEmail(canonical);
      return account
        ? { kind: 'account', id: account.id }
        : wrongEmail('There is no account with this e-mail address.');
    }
    const { accounts, clients, issuers } = this.deps;
    const parsed = parseSubject(subject ?? '', issuers);
    const wrong = (detail: string): ValidationError => ({ pointer: '/subject', detail });
    if (!parsed) {
      return wrong(
        'Send account:<id>, client:<client_id>, or <issuer>|<sub> of an issuer that is configured here.',
      );
    }
    if (parsed.kind === 'account' && !(await accounts.find(parsed.id)))
      return wrong('There is no such account.');
    if (parsed.kind === 'client') {
      const owner = await clients.ownerOf(parsed.clientId);
      // The operators of its project can act as the client, so it can have roles only where they are.
      if (!owner || !isWithin(owner, tenant)) return wrong('There is no such client here.');
    }
    return parsed;
  }

  #audit(
    tx: Transaction,
    actor: Actor,
    action: AuditAction,
    tenant: Tenant,
    id: string,
    changed: string[],
  ): Promise<void> {
    const target = { targetId: id, ...tenant };
    return this.deps.audit.record(tx, { actor, action, ...target, changedFields: changed });
  }
}

/** A role in the installation belongs to an account; who may not read accounts must not learn which addresses have one. */
function needsAccounts(): AppError {
  const message =
    'To give a role in the installation to an e-mail address, the token needs the scope accounts.read; or send the account as subject.';
  return new AppError('forbidden', message, { scope: 'accounts.read' });
}

function isWithin(client: { orgId: string; projectId: string }, { orgId, projectId }: Tenant): boolean {
  if (orgId === null) return true;
  return client.orgId === orgId && (projectId === null || client.projectId === projectId);
}

/** What is wrong with a role in this tenant. */
export function roleErrors({ orgId }: Tenant, role: Role): ValidationError[] {
  if (orgId !== null || role === 'owner') return [];
  return [{ pointer: '/role', detail: 'For the whole installation there are only owners.' }];
}
