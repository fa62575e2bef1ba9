import type { SignUpPurpose } from '../../identity/sign-up/sign-up.service.js';

/** What a browser is to do next to create an account. */
export type SignUpState =
  | { step: 'code'; interaction: string; handle: string; email: string }
  | { step: 'credential'; purpose: SignUpPurpose; secret: string };

/** The name of its cookie. */
export const SIGN_UP_COOKIE = 'postern_sign_up';

/** The page that begins a sign-up outside of one for an application. */
export const SIGN_UP_PATH = '/sign-up';
