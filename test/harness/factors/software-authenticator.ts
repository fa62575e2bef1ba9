import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** What an authenticator may do differently from what it should. */
export interface Deviation {
  origin?: string;
  rpId?: string;
  challenge?: string;
  counter?: number;
  credentialId?: Buffer;
  userHandle?: Buffer;
  isVerified?: boolean;
  /** Another key signs. */
  otherKey?: boolean;
}

interface Options {
  challenge: string;
  rpId?: string;
  rp?: { id: string };
  user?: { id: string };
}

const FLAGS = { present: 0x01, verified: 0x04, backupEligible: 0x08, backedUp: 0x10, attested: 0x40 };

/**
 * An authenticator in software with one ES256 credential (WebAuthn Level 3, attestation `none`), and the browser around it.
 * It answers in the JSON of `PublicKeyCredential.toJSON()`.
 */
export class SoftwareAuthenticator {
  readonly credentialId = randomBytes(16);
  readonly #key = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  #userHandle = Buffer.alloc(0);
  counter = 0;

  /** @param synced whether its credential is copied to other devices of its owner */
  constructor(
    private readonly origin: string,
    private readonly synced = false,
  ) {}

  /** Makes the credential. */
  create(options: Options, deviation: Deviation = {}): string {
    this.#userHandle = Buffer.from(options.user?.id ?? '', 'base64url');
    const { x = '', y = '' } = this.#key.publicKey.export({ format: 'jwk' });
    const publicKey = cborMap([
      [cborInt(1), cborInt(2)],
      [cborInt(3), cborInt(-7)],
      [cborInt(-1), cborInt(1)],
      [cborInt(-2), cborBytes(Buffer.from(x, 'base64url'))],
      [cborInt(-3), cborBytes(Buffer.from(y, 'base64url'))],
    ]);
    const id = deviation.credentialId ?? this.credentialId;
    const length = Buffer.alloc(2);
    length.writeUInt16BE(id.length);
    const attested = Buffer.concat([Buffer.alloc(16), length, id, publicKey]);
    const authenticatorData = this.#authenticatorData(options.rp?.id ?? '', deviation, attested);
    const attestationObject = cborMap([
      [cborText('fmt'), cborText('none')],
      [cborText('attStmt'), cborMap([])],
      [cborText('authData'), cborBytes(authenticatorData)],
    ]);
    return this.#credential(id, {
      clientDataJSON: this.#clientData('webauthn.create', options, deviation),
      attestationObject,
      transports: ['internal'],
    });
  }

  /** Signs a challenge. */
  use(options: Options, deviation: Deviation = {}): string {
    const clientDataJSON = this.#clientData('webauthn.get', options, deviation);
    this.counter++;
    const authenticatorData = this.#authenticatorData(options.rpId ?? '', deviation);
    const hash = createHash('sha256').update(clientDataJSON).digest();
    const key = deviation.otherKey
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
      : this.#key.privateKey;
    return this.#credential(deviation.credentialId ?? this.credentialId, {
      clientDataJSON,
      authenticatorData,
      signature: sign('sha256', Buffer.concat([authenticatorData, hash]), key),
      userHandle: deviation.userHandle ?? this.#userHandle,
    });
  }

  #clientData(type: string, options: Options, deviation: Deviation): Buffer {
    const challenge = deviation.challenge ?? options.challenge;
    return Buffer.from(JSON.stringify({ type, challenge, origin: deviation.origin ?? this.origin }));
  }

  #authenticatorData(rpId: string, deviation: Deviation, attested?: Buffer): Buffer {
    const flags =
      FLAGS.present |
      (deviation.isVerified === false ? 0 : FLAGS.verified) |
      (this.synced ? FLAGS.backupEligible | FLAGS.backedUp : 0) |
      (attested ? FLAGS.attested : 0);
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(deviation.counter ?? this.counter);
    const rpIdHash = createHash('sha256')
      .update(deviation.rpId ?? rpId)
      .digest();
    return Buffer.concat([rpIdHash, Buffer.of(flags), counter, attested ?? Buffer.alloc(0)]);
  }

  #credential(id: Buffer, response: Record<string, Buffer | string[]>): string {
    const encoded = Object.entries(response).map(([name, value]) => [
      name,
      Buffer.isBuffer(value) ? value.toString('base64url') : value,
    ]);
    const name = id.toString('base64url');
    return JSON.stringify({
      id: name,
      rawId: name,
      type: 'public-key',
      clientExtensionResults: {},
      response: Object.fromEntries(encoded) as object,
    });
  }
}

/** RFC 8949 section 3: the major type and the length. */
function cborHead(major: number, value: number): Buffer {
  if (value < 24) return Buffer.of((major << 5) | value);
  return value < 256
    ? Buffer.of((major << 5) | 24, value)
    : Buffer.of((major << 5) | 25, value >> 8, value & 255);
}

const cborInt = (value: number) => (value >= 0 ? cborHead(0, value) : cborHead(1, -1 - value));
const cborBytes = (value: Buffer) => Buffer.concat([cborHead(2, value.length), value]);
const cborText = (value: string) => Buffer.concat([cborHead(3, value.length), Buffer.from(value)]);
const cborMap = (entries: [Buffer, Buffer][]) =>
  Buffer.concat([cborHead(5, entries.length), ...entries.flat()]);
