/** How strongly a person is authenticated, weakest first: the values of the claim `acr`. */
export const ACR_VALUES = ['urn:postern:pwd', 'urn:postern:2fa', 'phr'] as const;

/**
 * A password alone; a password and a second factor; a passkey (phishing-resistant, OpenID Connect Extended Authentication
 * Profile ACR Values 1.0).
 */
export type Acr = (typeof ACR_VALUES)[number];

/** The values of the claim `amr` (RFC 8176) after a password. */
export const PASSWORD_AMR: readonly string[] = ['pwd'];
/** What a code of an authenticator app, or a recovery code, adds to it. */
export const CODE_AMR: readonly string[] = ['otp', 'mfa'];

/** The values of `amr` for a passkey, which proves possession of a key and the verification of its user. */
export function passkeyAmr({ synced }: { synced: boolean }): string[] {
  return [synced ? 'swk' : 'hwk', 'user', 'mfa'];
}

/** The level that these authentication methods amount to. */
export function acrOf(amr: readonly string[] = []): Acr {
  const hasKey = amr.includes('hwk') || amr.includes('swk');
  if (hasKey && amr.includes('user')) return 'phr';
  return amr.includes('mfa') ? 'urn:postern:2fa' : 'urn:postern:pwd';
}

/** Whether a value is one of ours. */
export function isAcr(value: unknown): value is Acr {
  return (ACR_VALUES as readonly unknown[]).includes(value);
}

/** Whether an authentication of level `have` is at least as strong as `wanted`. */
export function satisfies(have: Acr, wanted: Acr): boolean {
  return ACR_VALUES.indexOf(have) >= ACR_VALUES.indexOf(wanted);
}

/** The weaker of the two. */
export function weaker(a: Acr, b: Acr): Acr {
  return satisfies(a, b) ? b : a;
}

/** The stronger of the two. */
export function stronger(a: Acr, b: Acr): Acr {
  return satisfies(a, b) ? a : b;
}
