import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import type { Signer } from '../../platform/keys/signer.js';

/** What a Provider is built from; it is current as long as the fingerprint stays the same. */
export interface EngineInputs {
  fingerprint: string;
  /** The names of the scopes that belong to no API. */
  plainScopes: ReadonlySet<string>;
  signing: readonly Signer[];
  build(): Provider;
}

/**
 * The Provider in use. Keys and scopes are read again periodically; when they changed, a new Provider is built and serves
 * the next request, without a restart. Requests in progress finish on the old one.
 */
export class Engine {
  #provider: Provider;
  #handle: (req: IncomingMessage, res: ServerResponse) => Promise<void>;
  #inputs: Omit<EngineInputs, 'build'>;
  #refreshed: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly read: () => Promise<EngineInputs>,
    inputs: EngineInputs,
    private readonly onChange: () => void,
  ) {
    this.#inputs = inputs;
    this.#provider = inputs.build();
    this.#handle = this.#provider.callback();
  }

  /** @param onChange called whenever a new Provider was put into use. */
  static async start(
    read: () => Promise<EngineInputs>,
    onChange: () => void = () => undefined,
  ): Promise<Engine> {
    return new Engine(read, await read(), onChange);
  }

  get provider(): Provider {
    return this.#provider;
  }

  /** What the Provider in use was built from. */
  get inputs(): Omit<EngineInputs, 'build'> {
    return this.#inputs;
  }

  handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    return this.#handle(req, res);
  }

  /** Builds a new Provider if keys or scopes changed; true if it did. */
  refresh(): Promise<boolean> {
    // One after the other: an earlier read must not replace a later one.
    const refreshed = this.#refreshed.then(() => this.#refresh());
    this.#refreshed = refreshed.catch(() => false);
    return refreshed;
  }

  async #refresh(): Promise<boolean> {
    const inputs = await this.read();
    if (inputs.fingerprint === this.#inputs.fingerprint) return false;
    // What could not be built is tried again.
    this.#provider = inputs.build();
    this.#handle = this.#provider.callback();
    this.#inputs = inputs;
    this.onChange();
    return true;
  }
}
