import type { Settings } from '../../settings/settings.js';
import type { Job } from './periodic-jobs.js';

/** When and where a job runs. */
export type JobTiming = Pick<Job, 'seconds' | 'where'>;

const HOUR = 3_600;

/** The periodic jobs of the server by their names: those of every process that answers requests, and those of each node. */
export function jobSchedule({ expiryInterval, publisher, usageFlushInterval }: Settings) {
  const everywhere = (seconds: number): JobTiming => ({ seconds, where: 'everywhere' });
  const once = (seconds: number): JobTiming => ({ seconds, where: 'once' });
  return {
    ofProcesses: {
      'reload keys and scopes': everywhere(15),
      'write usage': everywhere(usageFlushInterval),
      'report the process': everywhere(30),
    },
    ofNodes: {
      'purge expired artifacts': once(expiryInterval),
      'purge attempts': once(expiryInterval),
      'purge trusted browsers': once(HOUR),
      'purge sessions of our own pages': once(HOUR),
      'purge deleted accounts': once(HOUR),
      'purge sign-ins': once(HOUR),
      'check publishers': everywhere(publisher.checkInterval),
      'delete unused dynamic clients': once(HOUR),
      'purge deleted clients': once(HOUR),
      'purge dead letters': once(HOUR),
      'purge one-time codes': once(expiryInterval),
      'purge usage by hour and deliveries': once(HOUR),
      'purge deliveries of deleted webhooks': once(expiryInterval),
      'purge development mailbox': once(expiryInterval),
      'drop replaced keys': once(HOUR),
    },
  };
}
