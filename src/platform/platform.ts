import type { Settings } from '../settings/settings.js';
import { ClientCertificates } from './client-certificates/client-certificates.js';
import { Hashing } from './crypto/hashing.js';
import { Vault } from './crypto/sealing.js';
import type { Database } from './db/database.js';
import { jobSchedule } from './jobs/job-schedule.js';
import { JobSlotsRepository } from './jobs/job-slots.repository.js';
import { JobStatesService } from './jobs/job-states.service.js';
import { OutboxRepository } from './outbox/outbox.repository.js';
import { OutboxService } from './outbox/outbox.service.js';
import { encryptionKey } from './keys/encryption-key.js';
import { KeysRepository } from './keys/keys.repository.js';
import { KeysService } from './keys/keys.service.js';
import { PairwiseSubjects } from './keys/pairwise-subjects.js';
import { MailService } from './mail/mail.service.js';
import { MailboxRepository } from './mail/mailbox.repository.js';
import { MailboxService } from './mail/mailbox.service.js';
import { NodesRepository } from './nodes/nodes.repository.js';
import { NodesService } from './nodes/nodes.service.js';
import { Pages } from './pages/pages.js';
import type { Logger } from './telemetry/telemetry.js';

/**
 * What every area uses. `mayCreateKey` lets it create the encryption key of a new installation. Throws when the
 * encryption key is missing or another than the one that the database was made with.
 */
export async function makePlatform(
  settings: Settings,
  log: Logger,
  database: Database,
  mayCreateKey: boolean,
) {
  const keysRepository = new KeysRepository(database);
  const isNew = (await keysRepository.keyCheck()) === undefined;
  const allowed = { isNew, mayCreate: mayCreateKey };
  const vault = new Vault(await encryptionKey(settings.encryptionKey, settings.dataDirectory, allowed));
  const keys = new KeysService(database, keysRepository, vault, settings.protocol.signingAlgorithms);
  await keys.assertEncryptionKey();
  const schedule = jobSchedule(settings);
  const outbox = new OutboxService(new OutboxRepository(database), vault, log);
  return {
    settings,
    log,
    database,
    vault,
    certificates: new ClientCertificates(settings.clientCertificates, log),
    keys,
    pairwiseSubjects: new PairwiseSubjects(keys),
    outbox,
    jobStates: new JobStatesService(new JobSlotsRepository(database.sql), {
      ...schedule.ofProcesses,
      ...schedule.ofNodes,
    }),
    nodes: new NodesService(new NodesRepository(database), settings.nodeName),
    mailbox: new MailboxService(new MailboxRepository(database), vault),
    mail: new MailService(settings, outbox),
    hashing: new Hashing({
      processes: settings.workers,
      passwordCost: settings.passwordHashCost,
      importedSecretCost: settings.importedSecretHashCost,
    }),
    pages: new Pages(settings.issuer, { ...settings.signUp, supportUrl: settings.mail.supportUrl }),
  };
}

export type Platform = Awaited<ReturnType<typeof makePlatform>>;
