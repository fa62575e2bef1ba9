import type { CDPSession, Page } from 'playwright-core';

/** Chromium's authenticator in software, which keeps passkeys and stands for the person's finger. */
export interface VirtualAuthenticator {
  /** How many passkeys it has. */
  count(): Promise<number>;
  /** Whether the person proves who they are to it. */
  verifies(isVerified: boolean): Promise<void>;
  /** Whether the person touches it when they are asked to. */
  touches(isTouched: boolean): Promise<void>;
  /** Makes it forget every passkey. */
  clear(): Promise<void>;
}

const sessions = new WeakMap<Page, CDPSession>();

/** Takes the authenticators of a page away. */
export async function removeVirtualAuthenticators(page: Page): Promise<void> {
  await sessions.get(page)?.send('WebAuthn.disable');
}

/**
 * Gives the browser of a page an authenticator that is built in and verifies its user. It answers the request that fills
 * in a form as soon as it is touched, so that the browser makes none unless `fillsIn` is true.
 */
export async function addVirtualAuthenticator(
  page: Page,
  { fillsIn = false } = {},
): Promise<VirtualAuthenticator> {
  if (!fillsIn)
    await page.addInitScript(
      'globalThis.PublicKeyCredential && (PublicKeyCredential.isConditionalMediationAvailable = async () => false)',
    );
  const session = sessions.get(page) ?? (await page.context().newCDPSession(page));
  sessions.set(page, session);
  await session.send('WebAuthn.enable');
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    count: async () =>
      (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials.length,
    verifies: async (isUserVerified) => {
      await session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified });
    },
    touches: async (enabled) => {
      await session.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled });
    },
    clear: async () => {
      await session.send('WebAuthn.clearCredentials', { authenticatorId });
    },
  };
}
