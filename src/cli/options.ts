/** How many entries a list command prints. */
export const LIST_LIMIT = 100;

/** Whether to print JSON. */
export interface JsonOption {
  json?: boolean;
}
