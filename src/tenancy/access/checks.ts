import { AppError } from '../../platform/errors/errors.js';
import type { Caller } from './caller.js';
import {
  type AdminScope,
  allows,
  type EffectiveRole,
  type Permission,
  scopeFor,
  weakestRole,
} from './permissions.js';

/** The explanation to who owns no installation. */
export const OWNERS_ONLY = 'Only an owner of the whole installation may do this.';

/** Throws AppError `forbidden` unless the role has the permission and the token its scope. */
export function checkPermission(caller: Caller, role: EffectiveRole, permission: Permission): void {
  if (!allows(role, permission)) {
    const needed = weakestRole(permission);
    throw new AppError(
      'forbidden',
      needed === undefined ? OWNERS_ONLY : `Your role here does not allow this; it takes at least ${needed}.`,
    );
  }
  requireScope(caller, scopeFor(permission));
}

/** Throws AppError `forbidden` with the scope unless the token has it. */
export function requireScope({ scopes }: Caller, scope: AdminScope): void {
  if (!scopes.has(scope)) throw new AppError('forbidden', `The token needs the scope ${scope}.`, { scope });
}

/** Runs a check whose AppErrors all become `forbidden` with this explanation and the scope that lacks, if one does. */
export async function forbiddenAs(explanation: string, authorize: () => Promise<unknown>): Promise<void> {
  try {
    await authorize();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError('forbidden', explanation, error.scope === undefined ? {} : { scope: error.scope });
  }
}
