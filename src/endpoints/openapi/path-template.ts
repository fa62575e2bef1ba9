/** A path of the router as OpenAPI writes it: `/orgs/:org` is `/orgs/{org}`. */
export function template(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}');
}

/** The names of the parameters in a path of the router. */
export function parameterNames(path: string): string[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name);
}
