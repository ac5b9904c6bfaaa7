/**
 * Turns Ctrl-C, an end of the terminal and a polite kill into a signal to clean up by. A second one ends the program at once.
 * @returns the signal, and what gives the keys back their usual meaning
 */
export function interruption(): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const stop = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new DOMException(`interrupted by ${name}`, 'AbortError'));
  };
  for (const name of names) process.on(name, stop);
  const release = (): void => {
    for (const name of names) process.off(name, stop);
  };
  return { signal: controller.signal, release };
}
