/** The audience (RFC 9068 section 2.2) of access tokens for the admin API of this issuer. */
export function adminAudience(issuer: string): string {
  return `${issuer}/admin`;
}
