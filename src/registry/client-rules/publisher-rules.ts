import { verifiableHost } from '../publisher/publisher-host.js';
import type { ClientRecord, ClientSettings } from '../client-record/client-record.js';
import type { Rule } from './client-rules.js';

/** A verified host stays: people have been told that it is the publisher. The path may change. */
export function frozenHostRule({ clientUriVerification: verification }: ClientRecord): Rule {
  return {
    reads: ['clientUri'],
    check: ({ clientUri }) => {
      if (verification?.status !== 'verified' || verifiableHost(clientUri) === verification.host) return [];
      const detail =
        clientUri === null
          ? `${verification.host} is the verified publisher: keep a client_uri there.`
          : `${verification.host} is the verified publisher: keep this host; only the path may change.`;
      return [{ pointer: '/client_uri', detail }];
    },
  };
}

/** What a client needs to become and to stay public, its name aside, which every client has, and its scopes. */
export function publicRules(record: ClientRecord): Rule[] {
  return [
    {
      reads: ['logoUri'],
      check: ({ logoUri }) => {
        const detail = 'A public client needs a logo: people see it when they decide.';
        return logoUri === null ? [{ pointer: '/logo_uri', detail }] : [];
      },
    },
    {
      reads: ['clientUri'],
      check: (settings) => {
        const detail = unverified(record, settings);
        return detail === undefined ? [] : [{ pointer: '/client_uri', detail }];
      },
    },
  ];
}

/** The frozen host keeps a verified client_uri as it is. */
function unverified(
  { clientUriVerification: verification }: ClientRecord,
  { clientUri }: ClientSettings,
): string | undefined {
  if (verification?.status === 'verified') return undefined;
  const needs = 'A public client needs a verified client_uri';
  const host = verifiableHost(clientUri);
  if (clientUri === null) return `${needs}: set one and publish the TXT record that it asks for.`;
  if (host === null)
    return `${needs}, and this host cannot be verified: use one with a name in the public DNS.`;
  if (verification?.host !== host)
    return `${needs}: set it first and publish the TXT record that it asks for.`;
  return verification.status === 'failed'
    ? `${needs}: publish client_uri_verification.text as a TXT record of ${host}, then send client_uri again.`
    : `${needs}: publish client_uri_verification.text as a TXT record of ${host} and wait until it is found.`;
}
