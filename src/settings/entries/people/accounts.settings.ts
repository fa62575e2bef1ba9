import { settingGroup } from '../../setting.js';
import { wholeNumber } from '../checks.js';

export const accountSettings = settingGroup('Accounts', {
  SIGN_IN_HISTORY_DAYS: {
    default: '90',
    check: wholeNumber(1, 3_650),
    description:
      'Days for which people can see their past sign-ins, with address and browser; then these are deleted.',
  },
});
