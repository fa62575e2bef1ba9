import type Koa from 'koa';
import { AppError } from '../../platform/errors/errors.js';
import { inMinutes } from '../../platform/pages/dates.js';

/** What a page says about a form that was refused, and its status. */
export interface FormProblem {
  problem: string;
  status: number;
}

/** The words of a refused form; sets `Retry-After`. An error that a page cannot explain is thrown again. */
export function formProblem(ctx: Koa.Context, error: unknown, subject: string): FormProblem {
  if (!(error instanceof AppError)) throw error;
  const { kind, message, errors, retryAfter = 60 } = error;
  if (kind === 'invalid') {
    const details = errors.map(({ detail }) => detail);
    return { problem: `${subject} ${details.join(', and ')}.`, status: 400 };
  }
  if (kind === 'conflict') return { problem: message, status: 400 };
  if (kind !== 'slow_down') throw error;
  ctx.set('Retry-After', String(retryAfter));
  return { problem: `There were too many attempts. Try again ${inMinutes(retryAfter)}.`, status: 429 };
}

/** What a page says about a code that was not right. */
export function codeProblem(tried: { triesLeft: number } | undefined): string {
  if (!tried) return 'This code does not work any more. Ask for a new one.';
  const { triesLeft } = tried;
  return `This is not the code. You have ${String(triesLeft)} more ${triesLeft === 1 ? 'try' : 'tries'}.`;
}
