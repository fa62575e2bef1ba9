import type { LiveClient } from '../../registry/live-clients/live-client.js';

/** What else than an operator's change of the record helps a client that came by registration or by its document. */
export function orByRegistration(client: LiveClient | undefined, isOpen: boolean): string {
  const type = client?.record.registrationType;
  if (type !== 'dynamic' && type !== 'document') return '';
  const opens = isOpen ? [] : ['opens the API to registration (open_to_registration)'];
  const registers = type === 'dynamic' ? ['the client registers again'] : [];
  const steps = [...opens, ...registers].join(', and ');
  return steps && `, or ${steps}`;
}
