import { settingGroup } from '../setting.js';
import { oneOf } from './checks.js';

export const protocolSettings = settingGroup('Extensions of the protocol', {
  PAR: {
    default: 'optional',
    check: oneOf('optional', 'required'),
    description:
      'Pushed authorization requests (RFC 9126). `optional`: clients may push, and those with `require_pushed_authorization_requests` have to; `required`: every client has to.',
  },
});
