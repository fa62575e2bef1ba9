/** A client that was acknowledged. */
export interface AcknowledgedClient {
  id: string;
  clientId: string;
  clientSecret: string;
}

/**
 * What was acknowledged and must hold from then on. What was asked for and not acknowledged may be either way, so it is
 * not here.
 */
export class Ledger {
  readonly activeTokens = new Set<string>();
  readonly revokedTokens = new Set<string>();
  /** The newest refresh token of each family. */
  readonly refreshTokens = new Map<number, string>();
  readonly clients = new Map<string, AcknowledgedClient>();
  readonly deletedClients = new Map<string, AcknowledgedClient>();
  /** What did not hold, in words. */
  readonly lost: string[] = [];

  /** How many promises are to be kept. */
  get size(): number {
    const { activeTokens, revokedTokens, refreshTokens, clients, deletedClients } = this;
    return [activeTokens, revokedTokens, refreshTokens, clients, deletedClients].reduce(
      (sum, { size }) => sum + size,
      0,
    );
  }
}
