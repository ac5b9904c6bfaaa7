/**
 * What can call off work that is under way: the part of AbortSignal that is used here. A structural type, since the language
 * itself has none; an AbortSignal fits.
 */
export interface CancelSignal {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** @returns what to throw for a signal that was given: its own reason, as fetch does */
function reasonOf(signal: CancelSignal): Error {
  const { reason } = signal;
  return reason instanceof Error ? reason : new Error('called off', { cause: reason });
}

/** @throws the signal's reason when it was given already */
export function refuseIfCancelled(signal: CancelSignal | undefined): void {
  if (signal?.aborted === true) throw reasonOf(signal);
}

/**
 * Waits for the work, or for the signal, whichever comes first. The work goes on unseen when the signal came first.
 * @param onCancel called when the signal came first
 */
export function orCancelled<T>(work: Promise<T>, signal: CancelSignal | undefined, onCancel?: () => void): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const cancel = (): void => {
      onCancel?.();
      reject(reasonOf(signal));
    };
    signal.addEventListener('abort', cancel);
    if (signal.aborted) cancel();
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', cancel);
    });
  });
}
