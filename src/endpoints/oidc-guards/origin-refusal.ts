/** What a browser application is told whose origin its client does not allow. */
export function originRefusal(origin: string): string {
  return `pages of ${origin} may not ask for this client: add the origin to its allowed_cors_origins`;
}
