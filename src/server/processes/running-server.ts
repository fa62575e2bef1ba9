/** What answers requests: this process, or its workers. */
export interface Front {
  port: number;
  /** Takes nothing new, lets requests in flight and periodic jobs end, for as long as the settings allow. */
  close(): Promise<void>;
}
