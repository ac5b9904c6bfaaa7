import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { rename } from 'node:fs/promises';

/** One thing in the archive. Paths have no leading slash. */
export interface CpioEntry {
  readonly path: string;
  /** File type and permissions, as in stat's st_mode. */
  readonly mode: number;
  readonly content?: Buffer;
  /** Major and minor number, of a device node. */
  readonly device?: readonly [number, number];
}

/** File types of st_mode. */
export const fileType = { folder: 0o040000, characterDevice: 0o020000, file: 0o100000 } as const;

/**
 * Writes an archive in cpio's «newc» format, the one the kernel unpacks as initramfs
 * (Linux: Documentation/driver-api/early-userspace/buffer-format.rst). Not compressed: unpacking would run on the
 * emulated processor and cost more than it saves.
 * @param file appears only when it is complete
 */
export async function writeCpio(file: string, entries: Iterable<CpioEntry>): Promise<void> {
  // Runs side by side may find the same image stale: each writes a file of its own.
  const partial = `${file}.${process.pid}.partial`;
  const out = createWriteStream(partial);
  let inode = 1;
  for (const entry of entries) {
    const content = entry.content ?? Buffer.alloc(0);
    out.write(header(entry, inode++, content.length));
    out.write(padded(content));
  }
  out.end(header({ path: 'TRAILER!!!', mode: 0 }, 0, 0));
  await once(out, 'close');
  await rename(partial, file);
}

/** Thirteen fields of eight hexadecimal digits after the magic number, then the name, padded to four bytes. */
function header(entry: CpioEntry, inode: number, size: number): Buffer {
  const [major, minor] = entry.device ?? [0, 0];
  const name = Buffer.from(`${entry.path}\0`);
  const fields = [inode, entry.mode, 0, 0, 1, 0, size, 0, 0, major, minor, name.length, 0];
  const text = fields.map((field) => field.toString(16).padStart(8, '0')).join('');
  return padded(Buffer.concat([Buffer.from(`070701${text}`), name]));
}

function padded(bytes: Buffer): Buffer {
  const rest = (4 - (bytes.length % 4)) % 4;
  return rest === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(rest)]);
}
