/** The command line is wrong. The message is one line and says what to do instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
