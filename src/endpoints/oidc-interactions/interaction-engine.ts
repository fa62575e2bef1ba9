import type { IncomingMessage, ServerResponse } from 'node:http';
import { errors, type InteractionResults, type Provider } from 'oidc-provider';
import { acrOf } from '../../identity/second-factors/authentication-level.js';
import { AppError } from '../../platform/errors/errors.js';
import { addDetails } from '../oidc-authorization-details/granted-details.js';
import { addDecision, type ConsentDecision, readDecision } from './grant-decision.js';
import { InteractionOver } from './interaction-over.js';
import { type PendingInteraction, readInteraction } from './pending-interaction.js';

const UNAVAILABLE = 'This is not available for the moment. Try again shortly.';

/** The interactions of the engine: reads the one that a browser was sent here with, and hands its result back. */
export class InteractionEngine {
  /** @param provider the Provider in use now; it may be replaced between two requests. */
  constructor(private readonly provider: () => Provider) {}

  /**
   * The interaction of this browser, by its cookie. Throws InteractionOver when there is none, it has expired (not a second
   * later), or it is not the one in the URL. As all methods here it throws `unavailable` when the database is.
   */
  async open(req: IncomingMessage, res: ServerResponse, uid: string): Promise<PendingInteraction> {
    const interaction = await this.#details(req, res, uid);
    if (interaction.uid !== uid) throw new InteractionOver('expired', undefined);
    if (interaction.exp <= Date.now() / 1000)
      throw new InteractionOver('expired', readInteraction(interaction).clientId);
    return readInteraction(interaction);
  }

  async #details(req: IncomingMessage, res: ServerResponse, uid: string) {
    return this.#call(async () => {
      try {
        return await this.provider().interactionDetails(req, res);
      } catch (error) {
        if (error instanceof errors.SessionNotFound) throw await this.#whyOver(req, uid, error);
        throw error;
      }
    });
  }

  /** The engine's cookie of an interaction lives as long as it, so a browser that still has it has answered. */
  async #whyOver(req: IncomingMessage, uid: string, cause: errors.SessionNotFound): Promise<InteractionOver> {
    const { Interaction } = this.provider();
    const kept = await Interaction.find(uid, { ignoreExpiration: true });
    const hasCookie = cookiesOf(req).includes(`${this.provider().cookieName('interaction')}=${uid}`);
    if (!kept) return new InteractionOver(hasCookie ? 'finished' : 'expired', undefined, cause);
    const { clientId } = readInteraction(kept);
    if (kept.exp <= Date.now() / 1000) return new InteractionOver('expired', clientId, cause);
    const isOfBrowser = hasCookie && !/cookie/.test(cause.error_description ?? '');
    return new InteractionOver(isOfBrowser ? 'session-changed' : 'no-cookie', clientId, cause);
  }

  /** What this person granted and rejected to this client before; undefined when there is no grant. */
  async earlierDecision(pending: PendingInteraction): Promise<ConsentDecision | undefined> {
    const grant = await this.#findGrant(pending);
    return grant && readDecision(grant, pending.requested.resources);
  }

  /**
   * Adds the decision, with the authorization details of the request, to the person's grant for this client, or to a new
   * one, and returns the URL to redirect to.
   */
  async consent(
    req: IncomingMessage,
    res: ServerResponse,
    pending: PendingInteraction,
    decision: ConsentDecision,
  ): Promise<string> {
    if (pending.accountId === undefined) throw new InteractionOver('session-changed', pending.clientId);
    const { Grant } = this.provider();
    const grant =
      (await this.#findGrant(pending)) ??
      new Grant({ accountId: pending.accountId, clientId: pending.clientId });
    addDecision(grant, decision);
    addDetails(grant, pending.details);
    return this.finish(req, res, { consent: { grantId: await this.#call(() => grant.save()) } });
  }

  /** Notes what a person showed in addition to how they signed in, and returns the URL to redirect to. */
  stepUp(
    req: IncomingMessage,
    res: ServerResponse,
    { accountId, amr, clientId, secondFactor }: PendingInteraction,
    added: readonly string[],
  ): Promise<string> {
    if (accountId === undefined) throw new InteractionOver('session-changed', clientId);
    const together = [...new Set([...amr, ...added])];
    // A passkey later on is a new sign-in; a code alone is not.
    const isNewSignIn = acrOf(added) === 'phr' && secondFactor?.signingIn !== true;
    const at = isNewSignIn ? {} : { ts: secondFactor?.signedInAt };
    const login = { accountId, amr: together, acr: acrOf(together), proved_at: Date.now(), ...at };
    return this.#finish(req, res, { login }, true);
  }

  /** Hands a result to the engine and returns the URL to redirect to. Throws InteractionOver when it is too late. */
  finish(req: IncomingMessage, res: ServerResponse, result: InteractionResults): Promise<string> {
    return this.#finish(req, res, result, 'consent' in result);
  }

  #finish(
    req: IncomingMessage,
    res: ServerResponse,
    result: InteractionResults,
    mergeWithLastSubmission: boolean,
  ): Promise<string> {
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
      if (error instanceof errors.SessionNotFound) throw new InteractionOver('expired', undefined, error);
      if (error instanceof errors.OIDCProviderError && error.status === 503) {
        throw new AppError('unavailable', UNAVAILABLE, { cause: error, retryAfter: 1 });
      }
      throw error;
    }
  }
}

function cookiesOf({ headers }: IncomingMessage): string[] {
  return (headers.cookie ?? '').split(';').map((pair) => pair.trim());
}
