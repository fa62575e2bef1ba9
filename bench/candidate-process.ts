import { readSettings } from '../src/settings.js';
import { type CandidateName, startCandidate } from './candidates.js';
import type { Consumption } from './target.js';

/** A candidate in a process of its own: tells when it is ready, then what it used whenever it is asked. */
const target = await startCandidate(process.argv[2] as CandidateName, readSettings());
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  const consumption: Consumption = { cpu: user + system, rss: process.memoryUsage.rss() };
  process.send?.(consumption);
});
process.on('disconnect', () => process.exit(0));
process.send?.(target);
