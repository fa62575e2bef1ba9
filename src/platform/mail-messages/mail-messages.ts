import {
  emailChangeCode,
  emailChanged,
  emailChangeTaken,
  invitation,
  recoveryCode,
  recoveryLink,
  signUpCode,
  signUpKnown,
  verificationCode,
} from './code-messages.js';
import type { MailContent, MailSite } from './mail-content.js';
import { notice } from './notice-messages.js';
import { ownerNotice } from './owner-messages.js';

/** Every message that is sent by mail, by the name of its template. */
const MESSAGES = {
  'sign-up-code': signUpCode,
  'sign-up-known': signUpKnown,
  'recovery-code': recoveryCode,
  'recovery-link': recoveryLink,
  'verification-code': verificationCode,
  'email-change-code': emailChangeCode,
  'email-change-taken': emailChangeTaken,
  'email-changed': emailChanged,
  invitation,
  notice,
  'owner-notice': ownerNotice,
};

export type MailTemplate = keyof typeof MESSAGES;

/** What a template needs. */
export type MailModel<Template extends MailTemplate> = Parameters<(typeof MESSAGES)[Template]>[1];

/** What the mail of this template says. */
export function mailContent<Template extends MailTemplate>(
  site: MailSite,
  template: Template,
  model: MailModel<Template>,
): MailContent {
  const message = MESSAGES[template] as (site: MailSite, model: MailModel<Template>) => MailContent;
  return message(site, model);
}
