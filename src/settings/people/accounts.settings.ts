import { settingGroup } from '../setting.js';
import { wholeNumber } from '../entries/checks.js';

export const accountSettings = settingGroup('Accounts', {
  PASSWORD_HASH_COST: {
    default: '12',
    check: wholeNumber(10, 15),
    description:
      "bcrypt's cost of passwords: each step doubles the time of a sign-in, which is about 0.3 s of CPU with 12. After a change each hash is replaced when its password is used.",
  },
  SIGN_IN_HISTORY_DAYS: {
    default: '90',
    check: wholeNumber(1, 3_650),
    description:
      'Days for which people can see their past sign-ins, with address and browser; then these are deleted.',
  },
});
