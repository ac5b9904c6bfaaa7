/** A user's line of passwd(5), as far as it is needed. */
export interface User {
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

/**
 * Finds a user in the text of passwd(5).
 * @returns undefined when there is none of that name
 */
export function findUser(text: string, name: string): User | undefined {
  if (name === '') return undefined;
  for (const line of text.split('\n')) {
    const [user, , uid = '', gid = '', , home = ''] = line.split(':');
    if (user !== name || !/^\d+$/.test(uid) || !/^\d+$/.test(gid)) continue;
    return { uid: Number(uid), gid: Number(gid), home };
  }
  return undefined;
}
