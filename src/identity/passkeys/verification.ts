import type {
  AuthenticationResponseJSON,
  AuthenticatorTransport,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import type { NewPasskey, RefusalReason, StoredPasskey } from './passkey.js';
import type { RelyingParty } from './relying-party.js';

/** Imported at its first use: it takes 0.3 s of CPU, and no command needs it. */
const library = () => import('@simplewebauthn/server');

const TIMEOUT_MS = 5 * 60_000;

/** A refused response of an authenticator. */
export class Refused extends Error {
  /** The account of the passkey that the response named, if there is one. */
  accountId: string | undefined;
  /** The id of the credential that the response named, if there is none with it on this server. */
  unknownCredential: string | undefined;

  constructor(
    readonly reason: RefusalReason,
    cause?: unknown,
  ) {
    super(`the response of the authenticator was refused: ${reason}`, { cause });
  }
}

/** Asks for any passkey of this server, or for one of these. */
export async function requestOptions(
  party: RelyingParty,
  challenge: Buffer,
  passkeys?: readonly StoredPasskey[],
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const { generateAuthenticationOptions } = await library();
  return generateAuthenticationOptions({
    rpID: party.id,
    challenge: new Uint8Array(challenge),
    timeout: TIMEOUT_MS,
    userVerification: 'required',
    ...(passkeys && { allowCredentials: passkeys.map(descriptor) }),
  });
}

/** Asks for a new passkey, on an authenticator that has none of these. */
export async function creationOptions(
  party: RelyingParty,
  challenge: Buffer,
  user: { handle: Buffer; name: string; displayName: string },
  existing: readonly StoredPasskey[],
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const { generateRegistrationOptions } = await library();
  return generateRegistrationOptions({
    rpID: party.id,
    rpName: party.name,
    challenge: new Uint8Array(challenge),
    timeout: TIMEOUT_MS,
    userID: new Uint8Array(user.handle),
    userName: user.name,
    userDisplayName: user.displayName,
    attestationType: 'none',
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    excludeCredentials: existing.map(descriptor),
  });
}

/** What a new passkey is stored with. Throws Refused. */
export async function verifyCreation(
  party: RelyingParty,
  expectedChallenge: string,
  response: unknown,
): Promise<Omit<NewPasskey, 'accountId' | 'name' | 'userHandle'>> {
  const { verifyRegistrationResponse } = await library();
  const { verified, registrationInfo: info } = await refusing(() =>
    verifyRegistrationResponse({
      response: response as RegistrationResponseJSON,
      expectedChallenge,
      expectedOrigin: party.origin,
      expectedRPID: party.id,
    }),
  );
  if (!verified) throw new Refused('signature');
  const transports: readonly unknown[] = info.credential.transports ?? [];
  return {
    rpId: party.id,
    credentialId: Buffer.from(info.credential.id, 'base64url'),
    publicKey: Buffer.from(info.credential.publicKey),
    signCount: info.credential.counter,
    transports: transports.filter(
      (name) => typeof name === 'string' && /^[a-z-]{1,32}$/.test(name),
    ) as string[],
    aaguid: info.aaguid,
    deviceType: info.credentialDeviceType,
    backedUp: info.credentialBackedUp,
  };
}

/** The counter and the backup state of a use. The counter is compared where it is stored. Throws Refused. */
export async function verifyUse(
  party: RelyingParty,
  expectedChallenge: string,
  response: unknown,
  { credentialId, publicKey }: StoredPasskey,
): Promise<{ signCount: number; backedUp: boolean }> {
  const { verifyAuthenticationResponse } = await library();
  const { verified, authenticationInfo: info } = await refusing(() =>
    verifyAuthenticationResponse({
      response: response as AuthenticationResponseJSON,
      expectedChallenge,
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      credential: {
        id: credentialId.toString('base64url'),
        publicKey: new Uint8Array(publicKey),
        counter: 0,
      },
    }),
  );
  if (!verified) throw new Refused('signature');
  return { signCount: info.newCounter, backedUp: info.credentialBackedUp };
}

/** The library tells what was wrong only in the text of its errors. */
const REASONS: readonly [RegExp, RefusalReason][] = [
  [/ challenge /i, 'challenge'],
  [/ origin /i, 'origin'],
  [/RP ID/i, 'rp_id'],
  [/user (?:could not be|was not|not present|verification)/i, 'user_verification'],
];

async function refusing<T>(verify: () => Promise<T>): Promise<T> {
  try {
    return await verify();
  } catch (error) {
    const text = error instanceof Error ? error.message : '';
    throw new Refused(REASONS.find(([pattern]) => pattern.test(text))?.[1] ?? 'signature', error);
  }
}

function descriptor({ credentialId, transports }: StoredPasskey) {
  return {
    id: credentialId.toString('base64url'),
    transports: transports as AuthenticatorTransport[],
  };
}
