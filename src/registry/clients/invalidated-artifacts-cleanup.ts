import { describeError, type Logger } from '../../platform/telemetry/telemetry.js';

/** Whoever keeps what was issued to clients. */
export interface ClientArtifacts {
  /** Removes what was issued to the client and is dead: all of it when the client is deleted. */
  deleteInvalidated(clientId: string): Promise<void>;
}

/** Removes what is dead after a client was changed, without keeping whoever changed it waiting. */
export class DeadArtifacts {
  readonly #removals = new Set<Promise<void>>();

  constructor(
    private readonly artifacts: ClientArtifacts,
    private readonly log: Logger,
  ) {}

  /** What cannot be removed stays until it expires, which does no harm. */
  remove(clientId: string): void {
    const removal = this.artifacts
      .deleteInvalidated(clientId)
      .catch((error: unknown) => {
        this.log.warn({ clientId, error: describeError(error) }, 'what is dead of a client was not removed');
      })
      .finally(() => this.#removals.delete(removal));
    this.#removals.add(removal);
  }

  /** Resolves when nothing is being removed any more. */
  async settled(): Promise<void> {
    await Promise.all(this.#removals);
  }
}
