import type { Configuration } from 'oidc-provider';
import {
  REQUEST_OBJECT_ALGORITHMS,
  SIGNATURE_ALGORITHMS,
} from '../../registry/client-protocol/algorithms.js';
import type { Settings } from '../../settings/settings.js';
import { checkRequestObject } from './request-objects.js';

/** What is signed with, where this file turns it on. */
export const PROTOCOL_ALGORITHMS = {
  requestObjectSigningAlgValues: [...REQUEST_OBJECT_ALGORITHMS, 'Ed25519' as const],
  authorizationSigningAlgValues: [...SIGNATURE_ALGORITHMS],
} satisfies Configuration['enabledJWA'];

/** The extensions of the protocol that clients turn on for themselves. */
export function protocolFeatures() {
  return {
    dPoP: { enabled: false },
    pushedAuthorizationRequests: { enabled: true },
    requestObjects: {
      enabled: true,
      assertJwtClaimsAndHeader: async (ctx, claims, header, client) =>
        checkRequestObject(ctx, claims, header, client),
    },
    jwtResponseModes: { enabled: true },
  } satisfies Configuration['features'];
}

/** What the metadata say of them that the engine does not know. */
export function protocolMetadata({ protocol }: Pick<Settings, 'protocol'>): Record<string, unknown> {
  return protocol.parRequired ? { require_pushed_authorization_requests: true } : {};
}
