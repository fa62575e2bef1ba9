import { AppError } from '../../platform/errors/errors.js';
import type { LinkOnPage } from '../../platform/page-models/shared.js';
import type { ConsolePage } from '../console/console-page.js';
import { type Members, typedProblem, versionFrom } from '../console/form-values.js';
import type { CallRequest } from '../console/curl.js';
import type { Visit } from '../console/visit.js';

/** What a confirmation says, and what has to be typed. */
export interface ConfirmationWords {
  heading: string;
  text: string;
  button: string;
  section: string;
  crumbs: LinkOnPage[];
  keepHref: string;
  /** The name of the record, where it has to be typed. */
  typed?: string;
  version?: number | undefined;
}

/** The second step of an operation of the admin API that cannot simply be taken back. */
export interface Confirmation {
  path: string;
  operation: string;
  words: (visit: Visit) => Promise<ConfirmationWords>;
  body?: Members;
  /** The page to show afterwards. */
  doneHref: (visit: Visit) => string;
  isDangerous?: boolean;
  /** Whether it asks for a recent sign-in where its operation does not. */
  needsFreshSignIn?: true;
}

/** The page that asks, and what it does. */
export function confirmationPages(given: Confirmation): ConsolePage[] {
  const { operation, path } = given;
  const fresh = given.needsFreshSignIn ? { needsFreshSignIn: given.needsFreshSignIn } : {};
  return [
    { method: 'get', path, operation, answer: (visit) => show(visit, given) },
    { method: 'post', path, operation, ...fresh, answer: (visit) => confirm(visit, given) },
  ];
}

async function show(
  visit: Visit,
  given: Confirmation,
  wrong: { problem?: string; refusal?: string } = {},
): Promise<void> {
  const { crumbs, section, typed, version, ...words } = await given.words(visit);
  visit.show(
    'console/confirm',
    { section, crumbs },
    {
      ...words,
      typed,
      version,
      problem: wrong.problem,
      refusal: wrong.refusal,
      isDangerous: given.isDangerous ?? false,
      action: visit.ctx.path,
      curl: visit.curl(given.operation, { version, ...(given.body && { body: given.body }) }),
    },
    (wrong.problem ?? wrong.refusal) ? 422 : 200,
  );
}

async function confirm(visit: Visit, given: Confirmation): Promise<void> {
  const form = await visit.form();
  const { typed } = await given.words(visit);
  const problem = typed === undefined ? undefined : typedProblem(form, typed);
  if (problem !== undefined) return show(visit, given, { problem });
  const request: CallRequest = {
    ...(form.has('version') && { version: versionFrom(form) }),
    ...(given.body && { body: given.body }),
  };
  try {
    await visit.call(given.operation, request);
  } catch (error) {
    if (
      !(error instanceof AppError) ||
      !['conflict', 'invalid', 'forbidden', 'slow_down', 'stale'].includes(error.kind)
    )
      throw error;
    return show(visit, given, { refusal: error.message });
  }
  visit.redirect(given.doneHref(visit));
}

/** A form of one button that changes something at once, and leads back. */
export function buttonPage({
  path,
  operation,
  doneHref,
}: Pick<Confirmation, 'path' | 'operation' | 'doneHref'>): ConsolePage {
  return {
    method: 'post',
    path,
    operation,
    answer: async (visit) => {
      await visit.form();
      await visit.call(operation);
      visit.redirect(doneHref(visit));
    },
  };
}
