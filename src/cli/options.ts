/** Whether to print JSON. */
export interface JsonOption {
  json?: boolean;
}
