/** A message to deliver after the transaction that enqueues it has committed. */
export interface OutboxMessage {
  /** A uuid; a random one by default. A message that has it already is due again, from its first attempt on. */
  id?: string;
  /** Selects the handler. */
  kind: string;
  /** A JSON value. It is stored sealed. */
  payload: unknown;
  /**
   * Messages with the same key are delivered one at a time, in the order in which they were enqueued. Of transactions
   * that run at the same time the order is not defined: where it matters, lock the changed row before enqueuing.
   */
  orderingKey?: string;
  /** Whom it is sent to, such as a client: its handler may bound how many are sent to one receiver at once. */
  receiver?: string;
}

/** One attempt to deliver a message. */
export interface Delivery {
  /** The same in all attempts, so that a receiver can recognize a message that it already has. */
  id: string;
  payload: unknown;
  /** 1 for the first attempt. */
  attempt: number;
  /** Aborts when the attempt has taken too long; it counts as failed then. */
  signal: AbortSignal;
}

/** Delivers the messages of one kind. */
export interface OutboxHandler {
  kind: string;
  retries?: Retries;
  /**
   * How many of its messages one process delivers at the same time; by default as many as the worker. Kinds whose receivers
   * strangers choose have limits that leave deliveries of the worker to other kinds, however long those receivers take.
   */
  atOnce?: number;
  /** How many of them to one receiver; by default as many as the worker has left. */
  atOncePerReceiver?: number;
  /**
   * Resolves when the message is delivered, or when there is no longer a receiver for it. May be called again for a
   * message that was delivered already. Throws when the delivery failed; a DeliveryError says why.
   */
  deliver(delivery: Delivery): Promise<void>;
}

/**
 * How often a message is tried before it becomes a dead letter. Delays are in seconds: given one by one, or growing by a
 * factor of 2.
 */
export type Retries =
  { attempts: number; firstDelay: number; longestDelay: number } | { delays: readonly number[] };

/** About ten hours: 5, 10, 20 … seconds between the first attempts, one hour between the last ones. */
export const DEFAULT_RETRIES: Retries = { attempts: 20, firstDelay: 5, longestDelay: 3_600 };

/** How many attempts there are at the most. */
export function attemptsOf(retries: Retries): number {
  return 'delays' in retries ? retries.delays.length + 1 : retries.attempts;
}

/** The delay after so many failed attempts, in seconds, with 20 % of jitter so that retries spread out. */
export function retryDelay(retries: Retries, failures: number): number {
  const delay =
    'delays' in retries
      ? (retries.delays[failures - 1] ?? 0)
      : Math.min(retries.longestDelay, retries.firstDelay * 2 ** (failures - 1));
  return delay * (0.8 + 0.4 * Math.random());
}

/**
 * A failed delivery. The text is stored with the message and logged, so it must hold nothing of the payload and no
 * credential. A `final` failure is not retried.
 */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  readonly final: boolean;

  constructor(message: string, { final = false, cause }: { final?: boolean; cause?: unknown } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.final = final;
  }
}

/** What is logged of a failure: what is stored of it, and the same of its causes. */
export function loggableReason(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return storableReason(error) + (cause === undefined ? '' : `: ${loggableReason(cause)}`);
}

/** What is stored of a failure. The text of an error that is no DeliveryError could quote the payload. */
export function storableReason(error: unknown): string {
  if (error instanceof DeliveryError) return error.message.slice(0, 500);
  if (!(error instanceof Error)) return 'a value that is no Error was thrown';
  const code = 'code' in error && typeof error.code === 'string' ? ` ${error.code}` : '';
  return error.name + code;
}
