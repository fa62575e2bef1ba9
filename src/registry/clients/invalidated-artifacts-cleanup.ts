import { describeError, type Logger } from '../../platform/telemetry/telemetry.js';

/** The storage of what was issued to clients. */
export interface ClientArtifacts {
  /**
   * Deletes what was issued to the client and is invalid: all of it when the client is deleted; ends early on `stopping`.
   */
  deleteInvalidated(clientId: string, stopping: AbortSignal): Promise<void>;
}

/** Deletes what a change of a client invalidated, in the background. */
export class InvalidatedArtifactsCleanup {
  readonly #running = new Set<Promise<void>>();
  readonly #stopping = new AbortController();

  constructor(
    private readonly artifacts: ClientArtifacts,
    private readonly log: Logger,
  ) {}

  /** What cannot be deleted stays until it expires; it is invalid all the same. */
  start(clientId: string): void {
    const deletion = this.artifacts
      .deleteInvalidated(clientId, this.#stopping.signal)
      .catch((error: unknown) => {
        this.log.warn(
          { clientId, error: describeError(error) },
          "could not delete a client's invalidated tokens",
        );
      })
      .finally(() => this.#running.delete(deletion));
    this.#running.add(deletion);
  }

  /** Ends deletions early, so that a server does not take minutes to stop. */
  interrupt(): void {
    this.#stopping.abort();
  }

  /** Resolves when no deletion is running. */
  async finished(): Promise<void> {
    await Promise.all(this.#running);
  }
}
