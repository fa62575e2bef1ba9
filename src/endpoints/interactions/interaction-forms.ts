import type Koa from 'koa';
import { AppError } from '../../platform/errors/errors.js';
import { inMinutes } from '../../platform/pages/dates.js';
import { readForm } from '../../platform/http/body.js';
import type { FormTokens } from '../../platform/pages/form-tokens.js';
import type { InteractionEngine } from '../oidc-interactions/interaction-engine.js';
import { CREATE_ACCOUNT, SELECT_ACCOUNT } from '../oidc-requests/account-prompts.js';
import type { PendingInteraction } from '../oidc-interactions/pending-interaction.js';
import { OutdatedPage } from '../../platform/errors/outdated-page.js';

/** A response of an authenticator with the certificate of an attestation is a few thousand bytes. */
const FORM_BYTES = 20_000;

/** What is settled of the request when a person has signed in. */
export const CHOSEN = { [SELECT_ACCOUNT]: {}, [CREATE_ACCOUNT]: {} };

/** What every route of an interaction begins with. */
export class InteractionForms {
  constructor(
    private readonly engine: InteractionEngine,
    private readonly tokens: FormTokens,
  ) {}

  /** The interaction that the path names. Throws as `InteractionEngine.open` does. */
  open(ctx: Koa.Context): Promise<PendingInteraction> {
    const { uid } = ctx['params'] as { uid?: string };
    return this.engine.open(ctx.req, ctx.res, uid ?? '');
  }

  /** The same with the form that was sent. Throws AppError `malformed` unless it is ours, and for one of these prompts. */
  async openForm(
    ctx: Koa.Context,
    ...prompts: string[]
  ): Promise<{ pending: PendingInteraction; form: URLSearchParams }> {
    const pending = await this.open(ctx);
    const form = await readForm(ctx, FORM_BYTES);
    this.tokens.check(form, pending.uid);
    if (prompts.length > 0) requirePrompt(pending, ...prompts);
    return { pending, form };
  }

  /** The CSRF token of an interaction's forms. */
  csrf({ uid }: PendingInteraction): string {
    return this.tokens.issue(uid);
  }
}

/** Throws AppError `malformed` when the interaction is at another step. */
export function requirePrompt(pending: PendingInteraction, ...prompts: string[]): void {
  if (prompts.includes(pending.prompt)) return;
  throw new OutdatedPage('This page does not belong to the step you are at.');
}

/** What a page says about a refused attempt; sets `Retry-After`. Other errors are thrown again. */
export function attemptProblem(ctx: Koa.Context, error: unknown): { problem: string; status: number } {
  if (!(error instanceof AppError)) throw error;
  const { kind, message, retryAfter } = error;
  if (kind === 'unauthenticated' || kind === 'invalid' || kind === 'conflict')
    return { problem: message, status: 400 };
  if (kind !== 'slow_down') throw error;
  ctx.set('Retry-After', String(retryAfter ?? 60));
  return { problem: `There were too many attempts. Try again ${inMinutes(retryAfter ?? 60)}.`, status: 429 };
}
