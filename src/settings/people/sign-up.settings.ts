import { settingGroup } from '../setting.js';
import { listOf, oneOf, webUrl } from '../entries/checks.js';

const domains = listOf(
  (item) => URL.parse(`https://${item}`)?.hostname === item,
  'must be domains in lower case between commas: example.com, example.org',
);

export const signUpSettings = settingGroup('Sign-up', {
  SIGN_UP: {
    default: 'off',
    check: oneOf('off', 'invite', 'open'),
    description:
      'Who may create an account without an operator: nobody, those who were invited by e-mail, or everybody. Needs mail.',
  },
  SIGN_UP_DOMAINS: {
    default: '',
    check: domains,
    description:
      'The domains of the e-mail addresses with which accounts can be created by sign-up. Unset: any.',
  },
  TERMS_URL: {
    check: webUrl,
    description:
      'The terms of service, an https URL, linked on pages. Anyone who signs up has to accept them.',
  },
  PRIVACY_URL: {
    check: webUrl,
    description: 'The privacy policy, an https URL, linked on pages.',
  },
});
