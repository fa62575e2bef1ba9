/** An e-mail address as pages have it, which may break after its `@`. */
export function shownAddress(email: string): string {
  return email.replace('@', '@<wbr>');
}
