type Camel<S extends string> = S extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : S;
type Snake<S extends string> = S extends `${infer First}${infer Rest}`
  ? First extends Lowercase<First>
    ? `${First}${Snake<Rest>}`
    : `_${Lowercase<First>}${Snake<Rest>}`
  : '';

/** An object of the wire or of the database, with its member names as TypeScript spells them. */
export type CamelKeys<T> = { [K in keyof T as K extends string ? Camel<K> : never]: T[K] };
/** An object with its member names as the wire and the database spell them. */
export type SnakeKeys<T> = { [K in keyof T as K extends string ? Snake<K> : never]: T[K] };

/** How many names are remembered; those of columns and of the wire are fewer. */
const MOST_NAMES = 2_000;
const [toCamelName, toSnakeName] = [remembered(camelName), remembered(snakeName)];

/** Renames the members, one level deep; values stay as they are. */
export function toCamel<T extends object>(value: T): CamelKeys<T> {
  return rename(value, toCamelName) as CamelKeys<T>;
}

/** The name that a member of the wire has in TypeScript. */
export function camelName(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Undoes `toCamel`. */
export function toSnake<T extends object>(value: T): SnakeKeys<T> {
  return rename(value, toSnakeName) as SnakeKeys<T>;
}

/** The name of a member on the wire. */
export function snakeName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function remembered(how: (name: string) => string): (name: string) => string {
  const known = new Map<string, string>();
  return (name) => {
    const found = known.get(name);
    if (found !== undefined) return found;
    const made = how(name);
    if (known.size < MOST_NAMES) known.set(name, made);
    return made;
  };
}

function rename(value: object, how: (name: string) => string): unknown {
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [how(name), member as unknown]));
}
