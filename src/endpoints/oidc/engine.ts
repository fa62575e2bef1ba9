import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';

/** What decides whether the Provider in use is still right. */
export interface EngineInputs {
  fingerprint: string;
  build(): Provider;
}

/**
 * The Provider in use. Keys and scopes are read again now and then, and when they changed a new Provider takes over for
 * the next request, without a restart; requests in flight end on the old one.
 */
export class Engine {
  #provider: Provider;
  #handle: (req: IncomingMessage, res: ServerResponse) => Promise<void>;
  #fingerprint: string;
  #refreshed: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly read: () => Promise<EngineInputs>,
    inputs: EngineInputs,
    private readonly onChange: () => void,
  ) {
    this.#fingerprint = inputs.fingerprint;
    this.#provider = inputs.build();
    this.#handle = this.#provider.callback();
  }

  /** @param onChange told whenever a new Provider has taken over. */
  static async start(
    read: () => Promise<EngineInputs>,
    onChange: () => void = () => undefined,
  ): Promise<Engine> {
    return new Engine(read, await read(), onChange);
  }

  get provider(): Provider {
    return this.#provider;
  }

  handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    return this.#handle(req, res);
  }

  /** Builds a new Provider when keys or scopes changed; true when it did. */
  refresh(): Promise<boolean> {
    // One after the other: what was read earlier must not take over from what was read later.
    const refreshed = this.#refreshed.then(() => this.#refresh());
    this.#refreshed = refreshed.catch(() => false);
    return refreshed;
  }

  async #refresh(): Promise<boolean> {
    const inputs = await this.read();
    if (inputs.fingerprint === this.#fingerprint) return false;
    this.#fingerprint = inputs.fingerprint;
    this.#provider = inputs.build();
    this.#handle = this.#provider.callback();
    this.onChange();
    return true;
  }
}
