import { settingGroup } from '../setting.js';
import { key32Bytes, postgresUrl, seconds, text, wholeNumber, yesOrNo } from './checks.js';

export const databaseSettings = settingGroup('Database', {
  DATABASE_URL: {
    check: postgresUrl,
    description: '`postgres://…` or `postgresql://…`. Unset: the embedded database in `DATA_DIR`.',
    secret: true,
  },
  DATABASE_POOL_SIZE: {
    default: '10',
    check: wholeNumber(1, 1_000),
    description:
      'Connections of a node for the registry and its transactions; its workers share them. Each process opens up to six others, four of them for codes, tokens and sessions.',
  },
  DATABASE_TIMEOUT: {
    default: '5',
    check: wholeNumber(1, 300),
    description:
      'Seconds that a statement, or opening a connection, may take; then the request is answered 503.',
  },
  DATABASE_PREPARED_STATEMENTS: {
    default: 'true',
    check: yesOrNo,
    description: '`false` behind a pooler in transaction mode that does not support prepared statements.',
  },
  DATA_DIR: {
    default: '.postern',
    check: text,
    description:
      'The directory of the embedded database, and of the file `encryption.key` where `ENCRYPTION_KEY` is unset.',
  },
  POSTGRES_BIN: {
    check: text,
    description:
      'A directory with `initdb` and `postgres`, version 15 or newer, for the embedded database. Unset: the programs of the npm package.',
  },
  ENCRYPTION_KEY: {
    check: key32Bytes,
    description:
      '32 bytes in base64url that encrypt the secrets in the database. Unset: the file, created on the first start against a new database.',
    secret: true,
  },
  EXPIRY_INTERVAL: {
    default: '60',
    check: seconds,
    description: 'How often expired rows are deleted.',
  },
});
