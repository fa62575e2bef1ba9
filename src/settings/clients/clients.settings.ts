import { settingGroup } from '../setting.js';
import { oneOf, seconds, serverAddresses, wholeNumber } from '../entries/checks.js';

export const clientSettings = settingGroup('Client registry', {
  CLIENT_RESTORE_DAYS: {
    default: '30',
    check: wholeNumber(1, 3_650),
    description: 'Days in which a deleted client can be restored; then it is purged.',
  },
  SCOPE_NAMES: {
    default: 'dots',
    check: oneOf('dots', 'any'),
    description:
      '`dots`: scopes are words with dots between them, `orders.read`. `any`: every name of RFC 6749 section 3.3, such as `read:user` or `https://api.example/read`, for those who move in.',
  },
  CLIENT_RECORDS: {
    default: 'own',
    check: oneOf('own', 'any'),
    description:
      'What the operation that creates a client reads. `own`: records of this server. `any`: also client_ids of all characters of RFC 6749 appendix A.1, secrets in use (`client_secret`, `client_secret_hash`), and records of the systems that `client import` reads, for those who move in.',
  },
  DNS_SERVERS: {
    default: '',
    check: serverAddresses,
    description:
      'Resolvers for the TXT records of publishers: IP addresses with or without a port, between commas: `192.0.2.1,[2001:db8::1]:53`. Unset: the resolvers of the system.',
  },
  PUBLISHER_CHECK_INTERVAL: {
    default: '5',
    check: seconds,
    description:
      'How often the server looks for publishers whose TXT record is due to be checked; each is checked less and less often.',
  },
  PUBLISHER_TIMEOUT: {
    default: '172800',
    check: seconds,
    description: 'How long a publisher has to publish its TXT record.',
  },
  // The time of last use is written when it is 30 seconds newer, and has to be right within a minute.
  USAGE_FLUSH_INTERVAL: {
    default: '5',
    check: wholeNumber(1, 30),
    description: 'How often a node writes the usage that it counted to the database (1 to 30).',
  },
});
