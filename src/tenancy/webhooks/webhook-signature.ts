import { createHmac, randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';

/** A new secret in the form of the Standard Webhooks specification: 256 random bits in base64 behind `whsec_`. */
export function newWebhookSecret(): string {
  return PREFIX + randomBytes(32).toString('base64');
}

/**
 * The headers of a message, with a signature by each secret (Standard Webhooks 1.0.0, symmetric signatures). `time` is in
 * milliseconds since the epoch.
 */
export function signedHeaders(
  secrets: readonly string[],
  id: string,
  body: string,
  time: number,
): Record<string, string> {
  const timestamp = String(Math.floor(time / 1000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
