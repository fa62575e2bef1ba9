import type { ClaimLimits, KindLimits } from './outbox-claim.js';
import type { OutboxHandler } from './outbox-message.js';

/** What is being delivered. */
export interface Running {
  kind: string;
  receiver: Buffer | null;
}

/** The deliveries that are under way in a process. */
export class RunningDeliveries {
  readonly #running = new Set<Running>();

  add(delivery: Running): void {
    this.#running.add(delivery);
  }

  delete(delivery: Running): void {
    this.#running.delete(delivery);
  }

  /** What may be claimed besides, with so many deliveries left in all. */
  limits(handlers: Iterable<OutboxHandler>, left: number): ClaimLimits {
    const kinds = new Map<string, KindLimits>();
    const receivers: { receiver: Buffer; most: number }[] = [];
    for (const { kind, atOnce, atOncePerReceiver = left } of handlers) {
      const running = [...this.#running].filter((delivery) => delivery.kind === kind);
      const most = atOnce === undefined ? left : atOnce - running.length;
      if (most <= 0) continue;
      kinds.set(kind, { most, perReceiver: atOncePerReceiver });
      for (const [hex, count] of countsByReceiver(running))
        receivers.push({ receiver: Buffer.from(hex, 'hex'), most: atOncePerReceiver - count });
    }
    return { kinds, receivers };
  }
}

function countsByReceiver(running: readonly Running[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { receiver } of running) {
    const hex = receiver?.toString('hex');
    if (hex !== undefined) counts.set(hex, (counts.get(hex) ?? 0) + 1);
  }
  return counts;
}
