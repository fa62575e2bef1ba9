import * as z from 'zod';
import type { Actor, AuditService } from '../../tenancy/audit/audit.service.js';
import type { Database, Transaction } from '../../platform/db/database.js';
import { AppError, notFound } from '../../platform/errors/errors.js';
import type { Settings } from '../../settings/settings.js';
import { type Page, readPage } from '../../platform/paging/page.js';
import { parseInput } from '../../platform/wire/input.js';
import { digestOf, newBearerSecret } from '../../platform/crypto/bearer-secret.js';
import type {
  InitialAccessToken,
  ListedToken,
  InitialAccessTokensRepository,
} from './initial-access-tokens.repository.js';
import type { ProjectTenant } from '../../tenancy/tenants/tenant.js';

export type { InitialAccessToken, ListedToken } from './initial-access-tokens.repository.js';

const DAY = 86_400;
const MAX_USES = 10_000;

const whole = (max: number, fallback: number) => {
  const message = `Send a whole number from 1 to ${String(max)}.`;
  return z.int(message).min(1, message).max(max, message).default(fallback);
};

/** The wire form of a new token: how many seconds it lasts, a day by default, and how many clients it registers. */
export const initialAccessTokenInput = z.strictObject({
  expires_in: whole(365 * DAY, DAY),
  max_uses: whole(MAX_USES, 1),
});

/**
 * The project that a client may be registered in, the actor's subject, and `use`, which counts it and may throw
 * `unauthenticated`.
 */
export interface Admission {
  tenant: ProjectTenant;
  subject: string;
  use: (tx: Transaction) => Promise<void>;
}

/** What `InitialAccessTokensService` needs. */
export interface InitialAccessTokensDependencies {
  database: Database;
  repository: InitialAccessTokensRepository;
  audit: AuditService;
  mode: Settings['registration']['mode'];
}

/** The tokens with which developers may register clients in a project (RFC 7591 section 3). */
export class InitialAccessTokensService {
  constructor(private readonly deps: InitialAccessTokensDependencies) {}

  /**
   * `value` is returned only here. Throws AppError `invalid`, or `conflict` while dynamic registration is off, when the
   * token could not be used.
   */
  async create(
    actor: Actor,
    tenant: ProjectTenant,
    input: Record<string, unknown>,
  ): Promise<InitialAccessToken & { value: string }> {
    const { audit, database, mode, repository } = this.deps;
    if (mode === 'off') {
      throw new AppError('conflict', 'Dynamic registration is off: set REGISTRATION to token or open.');
    }
    const { expires_in: lifetime, max_uses: maxUses } = parseInput(initialAccessTokenInput, input);
    const value = newBearerSecret('initial');
    const given = { projectId: tenant.projectId, createdBy: actor.subject, maxUses, lifetime };
    return database.transaction(async (tx) => {
      const row = await repository.insert(tx, { ...given, digest: digestOf(value) });
      if (!row) throw new Error('the token was not inserted');
      const target = { targetId: row.id, changedFields: Object.keys(input) };
      await audit.record(tx, { actor, action: 'initial_access_token.created', ...target, ...tenant });
      return { ...row, ...tenant, maxUses, value };
    });
  }

  /** Those of the project that have not expired, newest first. Throws as `readPage` does. */
  list({ projectId }: ProjectTenant, limit: number, cursor?: string): Promise<Page<ListedToken>> {
    return readPage(limit, cursor, (slice) => this.deps.repository.list(projectId, slice));
  }

  /** The clients that it registered stay. Throws AppError `not_found`. */
  async delete(actor: Actor, tenant: ProjectTenant, id: string): Promise<void> {
    const { audit, database, repository } = this.deps;
    await database.transaction(async (tx) => {
      if (!(await repository.delete(tx, tenant.projectId, id))) throw notFound('initial access token');
      const target = { targetId: id, changedFields: [] };
      await audit.record(tx, { actor, action: 'initial_access_token.deleted', ...target, ...tenant });
    });
  }

  /** What a token allows. Throws AppError `unauthenticated` when it cannot be used. */
  async admit(value: string): Promise<Admission> {
    const { repository } = this.deps;
    const found = await repository.findUsable(digestOf(value));
    if (!found) throw unusable();
    const { id, ...tenant } = found;
    return {
      tenant,
      subject: `initial-access-token:${id}`,
      use: async (tx) => {
        if (!(await repository.use(tx, id))) throw unusable();
      },
    };
  }

  deleteExpired(): Promise<void> {
    return this.deps.repository.deleteExpired();
  }
}

function unusable(): AppError {
  return new AppError('unauthenticated', 'The initial access token is unknown, expired or used up.');
}
