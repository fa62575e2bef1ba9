import type { InitialAccessToken } from './initial-access-tokens.service.js';

/** The wire form of a token that was just created, the only one with its value. */
export function tokenToWire(token: InitialAccessToken & { value: string }) {
  return {
    id: token.id,
    org_id: token.orgId,
    project_id: token.projectId,
    initial_access_token: token.value,
    max_uses: token.maxUses,
    created_at: token.createdAt,
    expires_at: token.expiresAt,
  };
}
