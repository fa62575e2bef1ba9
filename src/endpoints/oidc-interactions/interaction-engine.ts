import type { IncomingMessage, ServerResponse } from 'node:http';
import { errors, type InteractionResults, type Provider } from 'oidc-provider';
import { AppError } from '../../platform/errors/errors.js';
import type { EarlierAnswers } from '../interactions/consent.js';
import { readInteraction, type PendingInteraction } from './pending-interaction.js';
import { earlierAnswersOf, record } from '../interactions/grant-record.js';

const STALE =
  'This sign-in may have expired, or it was finished or begun again in another tab. ' +
  'Go back to the application and sign in from there.';
const UNAVAILABLE = 'This is not available for the moment. Try again shortly.';

/** The question that the browser was sent here with, and the way back to the engine with the answer. */
export class InteractionEngine {
  /** @param provider the Provider in use now; another may take over between two requests. */
  constructor(private readonly provider: () => Provider) {}

  /**
   * The interaction of this browser, by its cookie. Throws AppError `malformed`, with what to do, when there is none,
   * it is over, or it is not the one in the URL, and `unavailable`, as all methods here, when the database is away.
   */
  async open(req: IncomingMessage, res: ServerResponse, uid: string): Promise<PendingInteraction> {
    const interaction = await this.#ask(() => this.provider().interactionDetails(req, res));
    if (interaction.uid !== uid) throw new AppError('malformed', STALE);
    return readInteraction(interaction);
  }

  /** What this person answered to this client before; undefined when nothing stands. */
  async earlierAnswers(pending: PendingInteraction): Promise<EarlierAnswers | undefined> {
    const grant = await this.#findGrant(pending);
    return grant && earlierAnswersOf(grant, pending.requested.resources);
  }

  /** Writes the answer into the person's grant for this client, or a new one, and returns the URL to go on at. */
  async consent(
    req: IncomingMessage,
    res: ServerResponse,
    pending: PendingInteraction,
    answer: EarlierAnswers,
  ): Promise<string> {
    if (pending.accountId === undefined) throw new AppError('malformed', STALE);
    const { Grant } = this.provider();
    const grant =
      (await this.#findGrant(pending)) ??
      new Grant({ accountId: pending.accountId, clientId: pending.clientId });
    record(grant, answer);
    return this.finish(req, res, { consent: { grantId: await this.#ask(() => grant.save()) } });
  }

  /** Hands a result to the engine and returns the URL to go on at. Throws AppError `malformed` when it is too late. */
  finish(req: IncomingMessage, res: ServerResponse, result: InteractionResults): Promise<string> {
    const mergeWithLastSubmission = 'consent' in result;
    return this.#ask(() => this.provider().interactionResult(req, res, result, { mergeWithLastSubmission }));
  }

  async #findGrant({ grantId, accountId, clientId }: PendingInteraction) {
    if (grantId === undefined) return undefined;
    const grant = await this.#ask(() => this.provider().Grant.find(grantId));
    return grant?.accountId === accountId && grant?.clientId === clientId ? grant : undefined;
  }

  /** Has the engine do something; what it throws becomes an error that the pages know. */
  async #ask<T>(work: () => Promise<T>): Promise<T> {
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
