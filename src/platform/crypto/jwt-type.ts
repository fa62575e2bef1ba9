/**
 * The `typ` of a JWT's header as media types are compared: in small letters, and without `application/` (RFC 7515 section
 * 4.1.9); undefined without one, empty for what is no text.
 */
export function jwtType(typ: unknown): string | undefined {
  if (typ === undefined) return undefined;
  return typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : '';
}
