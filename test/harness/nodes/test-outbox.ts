import { expect } from '@jest/globals';
import type { OutboxHandler } from '../../../src/platform/outbox/outbox-message.js';
import { OutboxRepository } from '../../../src/platform/outbox/outbox.repository.js';
import { OutboxService } from '../../../src/platform/outbox/outbox.service.js';
import { type OutboxWorker, startOutboxWorker } from '../../../src/platform/outbox/outbox-worker.js';
import { eventually } from '../common/eventually.js';
import { startTestServer, type TestServer } from './test-server.js';

const QUICK = { attempts: 3, firstDelay: 0.05, longestDelay: 0.1 };

/** The outbox of a server of its own, with messages of the kind `test` and processes that deliver them. */
export class TestOutbox {
  readonly #workers: OutboxWorker[] = [];

  private constructor(readonly server: TestServer) {}

  static async create(): Promise<TestOutbox> {
    return new TestOutbox(await startTestServer());
  }

  /** A process that delivers messages with this function, as another node does. */
  node(
    deliver: OutboxHandler['deliver'],
    limits: Pick<OutboxHandler, 'atOnce' | 'atOncePerReceiver'> = {},
  ): { outbox: OutboxService; worker: OutboxWorker } {
    const { database, log, vault } = this.server.context;
    const outbox = new OutboxService(new OutboxRepository(database), vault, log);
    outbox.handle({ kind: 'test', retries: QUICK, ...limits, deliver });
    const worker = startOutboxWorker({ outbox, log });
    this.#workers.push(worker);
    return { outbox, worker };
  }

  /** Stores a message in a transaction, as the process of `outbox` does; returns its id. */
  enqueue(payload: unknown, orderingKey?: string, outbox = this.server.context.outbox): Promise<string> {
    const message = { kind: 'test', payload, ...(orderingKey === undefined ? {} : { orderingKey }) };
    return this.server.context.database.transaction((tx) => outbox.enqueue(tx, message));
  }

  /** Stores messages for one receiver, as another process does. */
  async enqueueTo(receiver: string, payloads: readonly unknown[]): Promise<void> {
    const messages = payloads.map((payload) => ({ kind: 'test', payload, receiver }));
    await this.server.context.database.transaction((tx) =>
      this.server.context.outbox.enqueueAll(tx, messages),
    );
  }

  /** Resolves when no message waits. */
  async untilEmpty(): Promise<void> {
    await eventually(async () => {
      expect(await this.server.context.outbox.counts()).toMatchObject({ waiting: 0 });
      return true;
    });
  }

  /** Stops the processes and deletes every message. */
  async clear(): Promise<void> {
    await Promise.all(this.#workers.splice(0).map((worker) => worker.stop(5)));
    await this.server.database.pool.query('DELETE FROM outbox');
  }
}
