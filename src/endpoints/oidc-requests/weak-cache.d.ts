declare module 'oidc-provider/lib/helpers/weak_cache.js' {
  /** What the engine keeps of a Provider. */
  export default function instance(provider: object): {
    configuration: { responseTypes: string[]; prompts: Set<string> };
    responseModes: Map<string, unknown>;
  };
}

declare module 'oidc-provider/lib/actions/authorization/index.js' {
  import type { KoaContextWithOIDC } from 'oidc-provider';
  type Step = (ctx: KoaContextWithOIDC, next: () => Promise<void>) => Promise<void> | void;
  /** The steps of an endpoint that reads authorization requests; always the same list. */
  export default function authorizationAction(endpoint: string): Step[];
}

declare module 'oidc-provider/lib/actions/token.js' {
  import type { KoaContextWithOIDC } from 'oidc-provider';
  /** The steps of the token endpoint. */
  const steps: ((ctx: KoaContextWithOIDC, next: () => Promise<void>) => Promise<void> | void)[];
  export default steps;
}

declare module 'oidc-provider/lib/actions/introspection.js' {
  import type { KoaContextWithOIDC } from 'oidc-provider';
  /** The steps of the introspection endpoint. */
  const steps: ((ctx: KoaContextWithOIDC, next: () => Promise<void>) => Promise<void> | void)[];
  export default steps;
}

declare module 'oidc-provider/lib/actions/revocation.js' {
  import type { KoaContextWithOIDC } from 'oidc-provider';
  /** The steps of the revocation endpoint. */
  const steps: ((ctx: KoaContextWithOIDC, next: () => Promise<void>) => Promise<void> | void)[];
  export default steps;
}
