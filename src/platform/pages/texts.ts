const MAX_NAME = 80;
const MAX_HOST = 60;

/** Shortens a client's name for use within a sentence. */
export function brief(name: string): string {
  const characters = [...name];
  return characters.length <= MAX_NAME ? name : `${characters.slice(0, MAX_NAME).join('')}…`;
}

/** Shortens a host name at its beginning: its end says whose it is. */
export function briefHost(host: string): string {
  return host.length <= MAX_HOST ? host : `…${host.slice(1 - MAX_HOST)}`;
}

/** The first character of a name, for a picture in place of a logo. */
export function initial(name: string): string {
  return [...name.trim()][0] ?? '';
}
