import { Gauge, Registry } from 'prom-client';
import type { Context } from '../../context.js';
import { PING_KIND } from '../../endpoints/oidc-backchannel/pings.js';
import { LOGOUT_KIND } from '../../identity/sessions/logout-messages.js';
import { MAIL_KIND } from '../../platform/mail/mail-delivery.js';
import { version } from '../../platform/telemetry/version.js';
import { WEBHOOK_KIND } from '../../tenancy/webhooks/webhook-events.service.js';

/** Kinds of messages that have figures also while there are none. */
const KINDS = [MAIL_KIND, WEBHOOK_KIND, LOGOUT_KIND, PING_KIND];

/** The services that are asked. */
export type InstallationServices = Pick<Context, 'jobStates' | 'keys' | 'log' | 'outbox'>;

/**
 * What is the same on every node, read from the database at each scrape. While the database does not answer, there is
 * `postern_database_up 0` in its place.
 */
export class InstallationMetrics {
  readonly #registry = new Registry();
  readonly #up = this.#gauge('postern_database_up', 'Whether the database answered this scrape: 1 or 0.');
  readonly #jobStarts = this.#gauge(
    'postern_job_last_start_timestamp_seconds',
    'When the interval began in which the job last ran.',
    'name',
  );
  readonly #jobIntervals = this.#gauge(
    'postern_job_interval_seconds',
    'How often the job is to run.',
    'name',
  );
  readonly #jobFailed = this.#gauge(
    'postern_job_last_run_failed',
    'Whether the last run of the job failed: 1 or 0.',
    'name',
  );
  readonly #messages = this.#gauge(
    'postern_outbox_messages',
    'Messages of the outbox by kind and state: "waiting", or "dead" when they were given up.',
    'kind',
    'state',
  );
  readonly #oldest = this.#gauge(
    'postern_outbox_oldest_waiting_seconds',
    'How long the oldest message waits that is not delivered.',
  );
  readonly #keys = this.#gauge(
    'postern_signing_key_age_seconds',
    'Age of the oldest signing key of the algorithm that is in the state.',
    'alg',
    'state',
  );

  constructor(private readonly services: InstallationServices) {
    const labels = { version: version() };
    this.#gauge('postern_build_info', 'The version of Postern; always 1.', 'version').set(labels, 1);
  }

  /** As text for Prometheus. */
  async text(): Promise<string> {
    const gauges = [
      this.#jobStarts,
      this.#jobIntervals,
      this.#jobFailed,
      this.#messages,
      this.#oldest,
      this.#keys,
    ];
    for (const gauge of gauges) gauge.reset();
    try {
      await this.#read();
      this.#up.set(1);
    } catch (error) {
      this.#up.set(0);
      this.services.log.warn({ error: (error as Error).message }, 'the database could not be measured');
    }
    return this.#registry.metrics();
  }

  async #read(): Promise<void> {
    const { jobStates, keys, outbox } = this.services;
    const [jobs, counts, all] = await Promise.all([jobStates.list(), outbox.countsByKind(), keys.list()]);
    for (const { job, seconds, startedAt, error } of jobs) {
      if (!startedAt) continue;
      this.#jobStarts.set({ name: job }, startedAt.getTime() / 1_000);
      if (seconds !== null) this.#jobIntervals.set({ name: job }, seconds);
      this.#jobFailed.set({ name: job }, error === null ? 0 : 1);
    }
    const none = KINDS.map((kind) => ({ kind, waiting: 0, dead: 0 }));
    for (const { kind, waiting, dead } of [...none, ...counts]) {
      this.#messages.set({ kind, state: 'waiting' }, waiting);
      this.#messages.set({ kind, state: 'dead' }, dead);
    }
    this.#oldest.set(Math.max(0, ...counts.map(({ oldestSeconds }) => oldestSeconds)));
    // Newest first, so that the oldest of a state is what stays.
    for (const { alg, state, createdAt } of all.toSorted((a, b) => +b.createdAt - +a.createdAt))
      this.#keys.set({ alg, state }, (Date.now() - createdAt.getTime()) / 1_000);
  }

  #gauge(name: string, help: string, ...labelNames: string[]): Gauge {
    return new Gauge({ name, help, labelNames, registers: [this.#registry] });
  }
}
