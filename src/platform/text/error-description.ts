/** Text as an `error_description` may have it (RFC 6749 section 5.2): other characters than its own are replaced. */
export function asErrorDescription(text: string): string {
  return text.replace(/["\\]/g, "'").replace(/[^\x20-\x7e]/g, '?');
}
