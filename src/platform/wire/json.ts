/** A value as JSON.stringify leaves it on the wire: times become RFC 3339 text. */
export type Json<T> = T extends Date
  ? string
  : T extends readonly (infer Entry)[]
    ? Json<Entry>[]
    : T extends object
      ? { [Name in keyof T]: Json<T[Name]> }
      : T;
