import type { IncomingMessage, ServerResponse } from 'node:http';
import { errors, type InteractionResults, type Provider } from 'oidc-provider';
import { AppError } from '../../platform/errors/errors.js';
import { addDecision, type ConsentDecision, readDecision } from './grant-decision.js';
import { type PendingInteraction, readInteraction } from './pending-interaction.js';

const STALE =
  'This sign-in may have expired, or it was finished or begun again in another tab. ' +
  'Go back to the application and sign in from there.';
const UNAVAILABLE = 'This is not available for the moment. Try again shortly.';

/** The interactions of the engine: reads the one that a browser was sent here with, and hands its result back. */
export class InteractionEngine {
  /** @param provider the Provider in use now; it may be replaced between two requests. */
  constructor(private readonly provider: () => Provider) {}

  /**
   * The interaction of this browser, by its cookie. Throws AppError `malformed`, with what to do, when there is none,
   * it is over, or it is not the one in the URL. As all methods here it throws `unavailable` when the database is.
   */
  async open(req: IncomingMessage, res: ServerResponse, uid: string): Promise<PendingInteraction> {
    const interaction = await this.#call(() => this.provider().interactionDetails(req, res));
    if (interaction.uid !== uid) throw new AppError('malformed', STALE);
    return readInteraction(interaction);
  }

  /** What this person granted and rejected to this client before; undefined when there is no grant. */
  async earlierDecision(pending: PendingInteraction): Promise<ConsentDecision | undefined> {
    const grant = await this.#findGrant(pending);
    return grant && readDecision(grant, pending.requested.resources);
  }

  /** Adds the decision to the person's grant for this client, or to a new one, and returns the URL to redirect to. */
  async consent(
    req: IncomingMessage,
    res: ServerResponse,
    pending: PendingInteraction,
    decision: ConsentDecision,
  ): Promise<string> {
    if (pending.accountId === undefined) throw new AppError('malformed', STALE);
    const { Grant } = this.provider();
    const grant =
      (await this.#findGrant(pending)) ??
      new Grant({ accountId: pending.accountId, clientId: pending.clientId });
    addDecision(grant, decision);
    return this.finish(req, res, { consent: { grantId: await this.#call(() => grant.save()) } });
  }

  /** Hands a result to the engine and returns the URL to redirect to. Throws AppError `malformed` when it is too late. */
  finish(req: IncomingMessage, res: ServerResponse, result: InteractionResults): Promise<string> {
    const mergeWithLastSubmission = 'consent' in result;
    return this.#call(() => this.provider().interactionResult(req, res, result, { mergeWithLastSubmission }));
  }

  async #findGrant({ grantId, accountId, clientId }: PendingInteraction) {
    if (grantId === undefined) return undefined;
    const grant = await this.#call(() => this.provider().Grant.find(grantId));
    return grant?.accountId === accountId && grant?.clientId === clientId ? grant : undefined;
  }

  /** Calls the engine; what it throws becomes an AppError that the pages can show. */
  async #call<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof errors.SessionNotFound) throw new AppError('malformed', STALE, { cause: error });
      if (error instanceof errors.OIDCProviderError && error.status === 503) {
        throw new AppError('unavailable', UNAVAILABLE, { cause: error, retryAfter: 1 });
      }
      throw error;
    }
  }
}
