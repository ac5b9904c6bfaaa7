import { CommandError } from '@qga/client';

/** @returns what the call gives; undefined where the agent does not have the command, does not allow it or fails in it */
export async function ifPossible<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof CommandError) return undefined;
    throw error;
  }
}
