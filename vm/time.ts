/** Every wait here has a limit; these are in milliseconds and generous, because an emulated processor is slow. */
export const limits = {
  /** From the start of QEMU to the first answer of the machine's shell. */
  boot: 90_000,
  /** One reply of the agent, or one command of the shell. */
  reply: 20_000,
  /** The agent's first reply: it may still be starting. */
  firstReply: 60_000,
  /** From a shutdown request to the end of QEMU. */
  shutdown: 30_000,
} as const;

/** Waits. @param ms milliseconds */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * Puts a limit on a wait.
 * @param what completes the sentence «no … within 5 s»
 * @throws Error when the limit passes first; whatever the promise itself throws
 */
export async function within<T>(promise: Promise<T>, ms: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no ${what} within ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Tries again and again until something comes of it.
 * @param attempt gives undefined when it is too early; what it throws ends the wait
 * @param what completes the sentence «no … within 5 s»
 * @throws Error when the limit passes first
 */
export async function eventually<T>(attempt: () => Promise<T | undefined>, ms: number, what: string): Promise<T> {
  const end = performance.now() + ms;
  for (;;) {
    const result = await attempt();
    if (result !== undefined) return result;
    if (performance.now() > end) throw new Error(`no ${what} within ${ms / 1000} s`);
    await sleep(100);
  }
}

/** Asks again and again until the answer is yes. @throws Error when the limit passes first */
export async function until(check: () => Promise<boolean>, ms: number, what: string): Promise<void> {
  await eventually(async () => ((await check()) ? true : undefined), ms, what);
}
