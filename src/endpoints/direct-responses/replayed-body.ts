import type { IncomingMessage } from 'node:http';

/** Makes the body readable once more, for the handler behind this one. */
export function replayBody(req: IncomingMessage, bytes: Buffer): void {
  Object.defineProperties(req, {
    readable: { value: true },
    iterator: { value: () => [bytes].values() },
  });
}
