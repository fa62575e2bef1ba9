import { Provider } from 'oidc-provider';

/** What the engine's storage keeps until the request that is being answered ends; outside of one it keeps nothing. */
export class RequestMemory<V> {
  readonly #ofRequests = new WeakMap<object, Map<string, V>>();

  get(key: string): V | undefined {
    return Provider.ctx && this.#ofRequests.get(Provider.ctx)?.get(key);
  }

  set(key: string, value: V): void {
    if (!Provider.ctx) return;
    const ofRequest = this.#ofRequests.get(Provider.ctx);
    if (ofRequest) ofRequest.set(key, value);
    else this.#ofRequests.set(Provider.ctx, new Map([[key, value]]));
  }

  /** The value, which is not kept any longer. */
  take(key: string): V | undefined {
    const value = this.get(key);
    if (value !== undefined && Provider.ctx) this.#ofRequests.get(Provider.ctx)?.delete(key);
    return value;
  }
}
