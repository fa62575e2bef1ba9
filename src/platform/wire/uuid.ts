/** A UUID as the server writes it, in lower case (RFC 9562 section 4). */
export const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether the text is a UUID, in either case. */
export function isUuid(text: string): boolean {
  return UUID.test(text.toLowerCase());
}
