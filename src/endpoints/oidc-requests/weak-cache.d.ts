declare module 'oidc-provider/lib/helpers/weak_cache.js' {
  /** What the engine keeps of a Provider. */
  export default function instance(provider: object): { configuration: { responseTypes: string[] } };
}
