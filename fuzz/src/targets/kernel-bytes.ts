import { plainKernels } from '@qga/protocol';
import { listInterfaces } from '../../../packages/agent/dist/linux/interfaces.js';
import { parseDump } from '../../../packages/agent/dist/linux/netlink.js';
import { parseSmartLog, SMART_LOG_SIZE } from '../../../packages/agent/dist/linux/nvme.js';
import { parseTzif, tzifAt } from '../../../packages/agent/dist/linux/tzif.js';
import { parseUtmp, utmpLayout } from '../../../packages/agent/dist/linux/utmp.js';
import { bytesOf, promised, words, type Target } from '../target.js';

const MOMENT = 2_000_000_000;

const PARSERS: readonly ((bytes: Uint8Array) => void)[] = [
  function netlink(bytes) {
    const { messages, end } = parseDump(bytes);
    promised(messages.length <= bytes.length / 16, 'no more messages than there is room for');
    promised(typeof end === 'string' || end > 0, `an errno is positive: ${end}`);
    const interfaces = listInterfaces(messages, messages, (name) => plainKernels.decodeUtf8(name));
    promised(interfaces.length <= 2 * messages.length, 'no more interfaces than messages name');
  },
  function tzif(bytes) {
    const zone = parseTzif(bytes);
    if (zone === undefined) return;
    const { offset } = tzifAt(zone, MOMENT);
    promised(Number.isInteger(offset), `an offset is a number of seconds: ${offset}`);
  },
  function utmp(bytes) {
    for (const machine of ['x86_64', 'aarch64']) {
      const logins = parseUtmp(bytes, utmpLayout(machine));
      promised(
        logins.every(({ time }) => Number.isFinite(time)),
        'times are numbers',
      );
    }
  },
  function smartLog(bytes) {
    const log = new Uint8Array(SMART_LOG_SIZE);
    log.set(bytes.subarray(0, SMART_LOG_SIZE));
    promised(Object.values(parseSmartLog(log)).every(Number.isSafeInteger), 'counters are integers');
  },
];

function netlinkMessage(type: number, body: string): string {
  const header = Buffer.alloc(16);
  header.writeUInt32LE(16 + body.length, 0);
  header.writeUInt16LE(type, 4);
  return header.toString('latin1') + body;
}

const NAME = '\x09\x00\x03\x00eth0\x00\x00\x00\x00';
const LINK = netlinkMessage(
  16,
  `${'\0'.repeat(4)}\x02${'\0'.repeat(11)}${NAME}\x0a\x00\x01\x00\x01\x02\x03\x04\x05\x06\0\0`,
);
const ADDRESS = netlinkMessage(20, '\x02\x18\0\0\x02\0\0\0\x08\0\x02\0\x0a\0\0\x01');
const DONE = netlinkMessage(3, '\0\0\0\0');
const TZIF = `TZif\0${'\0'.repeat(15)}${'\0\0\0\0'.repeat(3)}\0\0\0\x01\0\0\0\x01\0\0\0\x04\0\0\0\0\0\0\0\x0e\x10\0\0CET\0`;

function login(): string {
  const record = Buffer.alloc(384);
  record.writeInt16LE(7, 0);
  record.write('guest', 44);
  record.writeUInt32LE(MOMENT, 340);
  return record.toString('latin1');
}

/** Structures of the kernel and of the C library: any bytes are read as each kind, and none throws. */
export const kernelBytes: Target = {
  name: 'kernel-bytes',
  largest: 3000,
  seeds: [
    LINK + ADDRESS + DONE,
    netlinkMessage(2, '\xff\xff\xff\xff'),
    TZIF,
    TZIF.replace('TZif\0', 'TZif2'),
    login(),
    '\xff'.repeat(512),
  ].map(bytesOf),
  dictionary: words(
    '\0\0\0\0',
    '\xff\xff\xff\xff',
    '\x10\0\0\0',
    'TZif2',
    'TZif',
    '\nCET-1CEST,M3.5.0,M10.5.0/3\n',
    '\x07\0',
    '\x04\0',
  ),
  run(input) {
    for (const parse of PARSERS) parse(input);
  },
};
