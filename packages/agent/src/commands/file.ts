import { AgentError } from '@qga/protocol';
import type { CommandSet } from '../core/command.js';
import type { Context } from '../core/context.js';
import type { Place } from '../core/guard.js';
import { othersTurn } from '../core/others-turn.js';
import type { Int64 } from '../core/received.js';
import { said } from '../core/said.js';
import { isErrno } from '../core/system-error.js';
import { writeAll } from '../core/write-all.js';
import {
  EAGAIN,
  EEXIST,
  O_APPEND,
  O_CLOEXEC,
  O_CREAT,
  O_EXCL,
  O_NOCTTY,
  O_NONBLOCK,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  SEEK_CUR,
  SEEK_END,
  SEEK_SET,
} from '../linux/constants.js';
import type { FileDescriptor, Files } from '../platform.js';

/** The most that one guest-file-read may ask for: its base64 must fit a message with room to spare. */
const READ_LIMIT = 48 * 1024 * 1024;
const READ_DEFAULT = 4096;
/** Read at a time, in bytes. Room for more is made only when the file has given so much: most have less than the count. */
const READ_PIECE = 1024 * 1024;
/** Permissions of a file that guest-file-open creates, whatever the agent's umask is. */
const NEW_FILE_MODE = 0o644;

/** The bits of open(2)'s flags that say what is wanted of the file. */
const ACCESS_MODE = 3;

const READ_ONLY = O_RDONLY;
const CREATE = O_WRONLY | O_CREAT | O_TRUNC;
const APPEND = O_WRONLY | O_CREAT | O_APPEND;
const UPDATE = O_RDWR;
const RECREATE = O_RDWR | O_CREAT | O_TRUNC;
const APPEND_UPDATE = O_RDWR | O_CREAT | O_APPEND;

/** The modes of fopen(3), as flags of open(2). */
const OPEN_MODES: ReadonlyMap<string, number> = new Map([
  ['r', READ_ONLY],
  ['rb', READ_ONLY],
  ['w', CREATE],
  ['wb', CREATE],
  ['a', APPEND],
  ['ab', APPEND],
  ['r+', UPDATE],
  ['rb+', UPDATE],
  ['r+b', UPDATE],
  ['w+', RECREATE],
  ['wb+', RECREATE],
  ['w+b', RECREATE],
  ['a+', APPEND_UPDATE],
  ['ab+', APPEND_UPDATE],
  ['a+b', APPEND_UPDATE],
]);

const WHENCE: Readonly<Record<string, number>> = { set: SEEK_SET, cur: SEEK_CUR, end: SEEK_END };

export const fileCommands = {
  'guest-file-open': {
    async run({ path, mode = 'r' }, context) {
      context.log.record(`guest-file-open called, filepath: ${path}, mode: ${mode}`);
      context.files.checkRoom();
      const file = await openFile(context, path, mode);
      try {
        const handle = await context.state.takeHandle();
        context.files.add(handle, file);
        context.log.record(`guest-file-open, handle: ${String(handle)}`);
        return handle;
      } catch (error) {
        await context.platform.files.close(file);
        if (!isErrno(error)) throw error;
        throw new AgentError('failed to commit persistent state to disk');
      }
    },
  },

  'guest-file-close': {
    async run({ handle }, { files, log, platform }) {
      log.record(`guest-file-close called, handle: ${String(handle)}`);
      const file = await files.remove(handle);
      await said('failed to close handle', () => platform.files.close(file));
      return {};
    },
  },

  'guest-file-read': {
    run({ handle, count = READ_DEFAULT }, { files, platform }) {
      const idle = files.idle(handle);
      if (count < 0 || count > READ_LIMIT) throw badCount(count);
      const wanted = Number(count);
      const room = new Uint8Array(Math.min(wanted, READ_PIECE));
      const filled = idle === undefined ? 0 : (platform.files.readNow(idle, room) ?? 0);
      if (filled === wanted) return { count: filled, 'buf-b64': room, eof: false };
      return files.use(handle, async (file) => {
        const begun = { room, filled };
        const { bytes, eof } = await said('failed to read file', () => readUpTo(platform.files, file, wanted, begun));
        return { count: bytes.length, 'buf-b64': bytes, eof };
      });
    },
  },

  'guest-file-write': {
    run: ({ handle, 'buf-b64': text, count }, context) =>
      context.files.use(handle, async (file) => {
        const pieces = await text.decodeInPieces(() => othersTurn(context.platform.clock));
        const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
        const wanted = count ?? length;
        if (wanted < 0 || wanted > length) throw badCount(wanted);
        await writeFile(context, handle, file, pieces, Number(wanted));
        return { count: Number(wanted), eof: false };
      }),
  },

  'guest-file-seek': {
    run: ({ handle, offset, whence }, { files, platform }) =>
      files.use(handle, async (file) => {
        const from = typeof whence === 'string' ? WHENCE[whence] : Number(whence);
        if (from === undefined || from < SEEK_SET || from > SEEK_END) {
          throw new AgentError(`invalid whence code ${String(whence)}`);
        }
        const position = await said('failed to seek file', () => platform.files.lseek(file, BigInt(offset), from));
        return { position: Number(position), eof: false };
      }),
  },

  'guest-file-flush': {
    // every write has gone to the kernel already
    run: ({ handle }, { files }) => files.use(handle, () => Promise.resolve({})),
  },
} satisfies Partial<CommandSet>;

function badCount(count: Int64): AgentError {
  return new AgentError(`value '${String(count)}' is invalid for argument count`);
}

/**
 * Opens as fopen(3) would. A file that has to be created is created exclusively, so that its permissions are set on a new file
 * only and a dangling symbolic link is not followed.
 */
async function openFile({ guard, platform }: Context, path: string, mode: string): Promise<FileDescriptor> {
  const modeFlags = OPEN_MODES.get(mode);
  if (modeFlags === undefined) throw new AgentError(`invalid file open mode '${mode}'`);
  const access = { read: (modeFlags & ACCESS_MODE) !== O_WRONLY, write: (modeFlags & ACCESS_MODE) !== O_RDONLY };
  return said(`failed to open file '${path}' (mode: '${mode}')`, async () => {
    const place = await guard.place(platform, path, access);
    try {
      return await openPlace(platform.files, place, modeFlags, `'${path}' (mode: '${mode}')`);
    } finally {
      await place.release();
    }
  });
}

async function openPlace(files: Files, place: Place, modeFlags: number, name: string): Promise<FileDescriptor> {
  const flags = modeFlags | place.flags | O_NOCTTY | O_NONBLOCK | O_CLOEXEC;
  if ((flags & O_CREAT) === 0) return files.open(place.path, flags);
  try {
    return await createFile(files, place.path, flags, name);
  } catch (error) {
    if (!isErrno(error, EEXIST)) throw error;
    return files.open(place.path, flags & ~O_CREAT);
  }
}

async function createFile(files: Files, path: string, flags: number, name: string): Promise<FileDescriptor> {
  const file = await files.open(path, flags | O_EXCL, 0);
  try {
    await files.fchmod(file, NEW_FILE_MODE);
    return file;
  } catch (error) {
    await files.close(file);
    await files.unlink(path);
    if (!isErrno(error)) throw error;
    const bits = NEW_FILE_MODE.toString(8).padStart(4, '0');
    throw new AgentError(`failed to set permission ${bits} on new file ${name}: ${error.message}`);
  }
}

/**
 * Reads until so many bytes are there or the end is met, which is what `eof` tells. What a pipe or terminal has is given at
 * once: an error counts only when nothing was read before it.
 * @param begun room for the first bytes, filled in part already
 */
async function readUpTo(
  files: Files,
  file: FileDescriptor,
  count: number,
  begun: { readonly room: Uint8Array; readonly filled: number },
): Promise<{ bytes: Uint8Array; eof: boolean }> {
  let { room, filled } = begun;
  let eof = false;
  try {
    while (filled < count && !eof) {
      if (filled === room.length) room = enlarged(room, count);
      const got = await files.read(file, room.subarray(filled, filled + READ_PIECE));
      filled += got;
      eof = got === 0;
    }
  } catch (error) {
    if (!isErrno(error, EAGAIN) || filled === 0) throw error;
  }
  return { bytes: room.subarray(0, filled), eof };
}

/** Enlarged once, to all that may come: pages that nothing is read into cost no memory, and a copy at the end would cost it twice. */
function enlarged(bytes: Uint8Array, size: number): Uint8Array {
  const whole = new Uint8Array(size);
  whole.set(bytes);
  return whole;
}

/** Writes the first so many bytes of the pieces. */
async function writeFile(
  context: Context,
  handle: Int64,
  file: FileDescriptor,
  pieces: readonly Uint8Array[],
  wanted: number,
): Promise<void> {
  const { files } = context.platform;
  let left = wanted;
  try {
    for (const piece of pieces) {
      const bytes = piece.subarray(0, left);
      await writeAll(files, file, bytes);
      left -= bytes.length;
    }
  } catch (error) {
    if (!isErrno(error)) throw error;
    context.log.record(`guest-file-write failed, handle: ${String(handle)}`);
    throw new AgentError(`failed to write to file: ${error.message}`);
  }
}
