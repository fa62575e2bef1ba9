import { AppError } from '../../platform/errors/errors.js';

/** Why an interaction cannot go on: it was answered, it is too old, it is of another browser, or its session changed. */
export type Ending = 'finished' | 'expired' | 'no-cookie' | 'session-changed';

const TEXTS: Readonly<Record<Ending, { title: string; message: string }>> = {
  finished: {
    title: 'You have answered this already',
    message: 'Your answer was passed on to the application. To sign in once more, start there.',
  },
  expired: {
    title: 'This sign-in has expired',
    message:
      'It was open for too long, or it may have expired because another tab finished it. Start again from the application.',
  },
  'no-cookie': {
    title: 'This browser did not send the cookie of this sign-in',
    message:
      'Sign in with the browser in which you began, and allow cookies for this site. Or start again from the application.',
  },
  'session-changed': {
    title: 'You are not signed in as before',
    message:
      'You signed out, or signed in with another account, since this page was opened. Start again from the application.',
  },
};

/** An interaction that cannot go on, with what a page says about it. */
export class InteractionOver extends AppError {
  readonly title: string;

  /** @param clientId the application, as far as the interaction still tells */
  constructor(
    readonly ending: Ending,
    readonly clientId: string | undefined,
    cause?: unknown,
  ) {
    const { title, message } = TEXTS[ending];
    super('malformed', message, { cause });
    this.title = title;
  }
}
