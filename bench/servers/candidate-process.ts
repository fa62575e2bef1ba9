import { monitorEventLoopDelay } from 'node:perf_hooks';
import { readSettings } from '../../src/settings/settings.js';
import { type CandidateName, startEngineCandidate } from './candidates.js';
import type { Consumption } from '../load/target.js';

/** A candidate in a process of its own: tells when it is ready, then what it used whenever it is asked. */
const target = await startEngineCandidate(process.argv[2] as CandidateName, readSettings());
const RESOLUTION = 10;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
delay.enable();
process.on('message', (question) => {
  if (question === 'how much is in use') globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  // What it measures is the time between two looks, which are this far apart at best.
  const eventLoopDelay = Math.max(0, delay.percentile(99) / 1e6 - RESOLUTION);
  delay.reset();
  const consumption: Consumption = { cpu: user + system, rss, heap: heapUsed, eventLoopDelay };
  process.send?.(consumption);
});
process.on('disconnect', () => process.exit(0));
process.send?.(target);
