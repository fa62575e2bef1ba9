const MINUTE = 60;
const DAY = 86_400;

/** What codes and links of each purpose carry, sealed. */
export interface CodePayloads {
  /** A new account. */
  'sign-up': { email: string; interaction: string | undefined };
  /** A new password; `passwordChangedAt` (ISO 8601) is that of the account when the code was made. */
  recovery: { email: string; passwordChangedAt: string | null; interaction: string | undefined };
  /** The address of an account is the person's. */
  verification: { email: string };
  /** A new address of an account. */
  'email-change': { from: string; to: string };
  /** The address of an account before it was changed. */
  'email-undo': { email: string; emailVerified: boolean };
  /** A role for an address. */
  invitation: { email: string; invitationId: string };
}

/** What a code is for. A code of one purpose is not valid for another. */
export type CodePurpose = keyof CodePayloads;

/** How long, in seconds, links and codes work, and what is left to do after one of them was exchanged. */
export const LIFETIMES: Readonly<Record<CodePurpose, { link: number; code: number; next: number }>> = {
  'sign-up': { link: 15 * MINUTE, code: 15 * MINUTE, next: 30 * MINUTE },
  recovery: { link: 30 * MINUTE, code: 15 * MINUTE, next: 15 * MINUTE },
  verification: { link: 15 * MINUTE, code: 15 * MINUTE, next: MINUTE },
  'email-change': { link: 15 * MINUTE, code: 15 * MINUTE, next: MINUTE },
  'email-undo': { link: 7 * DAY, code: 0, next: MINUTE },
  invitation: { link: 7 * DAY, code: 0, next: 30 * MINUTE },
};
