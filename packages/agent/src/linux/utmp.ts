/** Where utmp(5) keeps what; the C library's structures differ between architectures. */
export interface UtmpLayout {
  /** bytes a record */
  readonly size: number;
  readonly secondsAt: number;
  readonly microsecondsAt: number;
}

/** A login. */
export interface Login {
  /** the user's name, as bytes */
  readonly user: Uint8Array;
  /** seconds since the epoch, with a fraction */
  readonly time: number;
}

const USER_PROCESS = 7;
const USER_AT = 44;
const USER_SIZE = 32;

/** Times of 32 bits, for the sake of 32-bit programs. */
const COMPACT: UtmpLayout = { size: 384, secondsAt: 340, microsecondsAt: 344 };
/** Times of 64 bits, whose low half is enough here. */
const WIDE: UtmpLayout = { size: 400, secondsAt: 344, microsecondsAt: 352 };

/** The layout on a kind of machine, by its name in uname(2). */
export function utmpLayout(machine: string): UtmpLayout {
  return machine.startsWith('aarch64') ? WIDE : COMPACT;
}

/** The logins in a utmp file, in file order; an unfinished record at the end is left out. */
export function parseUtmp(bytes: Uint8Array, layout: UtmpLayout): Login[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const logins: Login[] = [];
  for (let at = 0; at + layout.size <= bytes.length; at += layout.size) {
    if (view.getInt16(at, true) !== USER_PROCESS) continue;
    // unsigned, the seconds last until 2106
    const seconds = view.getUint32(at + layout.secondsAt, true);
    const microseconds = view.getInt32(at + layout.microsecondsAt, true);
    const name = bytes.subarray(at + USER_AT, at + USER_AT + USER_SIZE);
    const end = name.indexOf(0);
    // a name that fills its field has no NUL behind it
    logins.push({ user: end < 0 ? name : name.subarray(0, end), time: seconds + microseconds / 1e6 });
  }
  return logins;
}
