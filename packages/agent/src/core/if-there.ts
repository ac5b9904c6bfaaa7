import { isErrno } from './system-error.js';

/**
 * Waits for something that may be missing: a file of a newer kernel, a device that has just been unplugged.
 * @returns undefined when the system refuses
 */
export async function ifThere<T>(wanted: Promise<T>): Promise<T | undefined> {
  try {
    return await wanted;
  } catch (error) {
    if (isErrno(error)) return undefined;
    throw error;
  }
}
