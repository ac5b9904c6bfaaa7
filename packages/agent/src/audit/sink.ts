/** Where the audit's lines go. */
export interface AuditSink {
  /**
   * Writes lines, each without its line feed. Called for one batch at a time.
   * @throws SystemError when they cannot be written
   */
  write(lines: readonly string[]): Promise<void>;
}
