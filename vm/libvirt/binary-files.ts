/**
 * Small binary files of the machine. They are made of bytes below 0x80 only, so that they can be kept as text.
 */

/**
 * A time zone without summer time, as /etc/localtime (RFC 8536, version 2: the same block twice, then a rule).
 * @param offset seconds east of Greenwich
 */
export function zoneFile({ name, offset }: { readonly name: string; readonly offset: number }): string {
  const counts = [0, 0, 0, 0, 1, name.length + 1].map(bigEndian).join('');
  const block = `TZif2${'\0'.repeat(15)}${counts}${bigEndian(offset)}\0\0${name}\0`;
  const hours = Math.trunc(offset / 3600);
  const minutes = (offset % 3600) / 60;
  return asText(`${block}${block}\n${name}-${hours}:${minutes}\n`);
}

/**
 * A user who has logged in, as /run/utmp has it (utmp(5), x86-64: 384 bytes).
 * @param seconds time of the login since 1970
 */
export function userRecord({
  user,
  line,
  seconds,
}: {
  readonly user: string;
  readonly line: string;
  readonly seconds: number;
}): string {
  const USER_PROCESS = 7;
  const record = Buffer.alloc(384);
  record.writeInt16LE(USER_PROCESS, 0);
  record.writeInt32LE(1, 4);
  record.write(line, 8);
  record.write('1', 40);
  record.write(user, 44);
  record.writeInt32LE(seconds, 340);
  return asText(record.toString('latin1'));
}

function bigEndian(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes.toString('latin1');
}

function asText(text: string): string {
  if (/[^\0-\x7f]/.test(text)) throw new Error('a byte above 0x7F cannot be kept as text');
  return text;
}
