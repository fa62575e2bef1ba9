import { type DerivedDefault, settingGroup } from '../setting.js';
import { domainName, oneOf } from '../entries/checks.js';

/** On this machine nobody else signs in. */
const byIssuer: DerivedDefault = {
  documented: 'operators, optional on localhost',
  from: (environment) => (environment['ISSUER']?.startsWith('https:') ? 'operators' : 'optional'),
};

export const secondFactorSettings = settingGroup('Second factors', {
  SECOND_FACTOR: {
    default: byIssuer,
    check: oneOf('optional', 'required', 'operators'),
    description:
      'Who must have a second factor: `optional`: only who set one up is asked for it; `operators`: owners of the installation must have one; `required`: all must. Who has none sets it up at the next sign-in. An organization can require it too, but cannot allow less.',
  },
  PASSKEY_RP_ID: {
    check: domainName,
    description:
      'The domain that passkeys belong to (the RP ID of WebAuthn): the host of `ISSUER`, which is the default, or a domain above it. A server does not start with another one than that of passkeys that exist, because they would all stop working.',
  },
});
