/** struct nvme_admin_cmd: linux/nvme_ioctl.h. */
const COMMAND_SIZE = 72;
/** Where the command holds the address of its data, in bytes. */
export const DATA_ADDRESS_AT = 24;
/** Size of the health record, in bytes. */
export const SMART_LOG_SIZE = 512;

const GET_LOG_PAGE = 0x02;
const SMART_LOG = 0x02;
/** The whole controller rather than one of its namespaces. */
const ALL_NAMESPACES = 0xffff_ffff;

/** The admin command that asks a controller for its health record. The address of the data is not filled in. */
export function smartLogCommand(): Uint8Array {
  const bytes = new Uint8Array(COMMAND_SIZE);
  // the kernel's structure is in the machine's byte order, as these views are
  const words = new Uint32Array(bytes.buffer);
  bytes[0] = GET_LOG_PAGE;
  words[1] = ALL_NAMESPACES;
  words[9] = SMART_LOG_SIZE;
  words[10] = SMART_LOG | ((SMART_LOG_SIZE / 4 - 1) << 16);
  return bytes;
}

/** Where the counters stand in the record, in bytes; each has 128 bits (NVM Express base specification, log page 02h). */
const COUNTERS = {
  'data-units-read': 32,
  'data-units-written': 48,
  'host-read-commands': 64,
  'host-write-commands': 80,
  'controller-busy-time': 96,
  'power-cycles': 112,
  'power-on-hours': 128,
  'unsafe-shutdowns': 144,
  'media-errors': 160,
  'number-of-error-log-entries': 176,
} as const;

type CounterName = `${keyof typeof COUNTERS}-${'lo' | 'hi'}`;

/** A health record: counters in halves of 64 bits, the temperature in kelvins, spare capacity and use in percent. */
export type SmartLog = Readonly<Record<CounterName, number>> & {
  readonly 'critical-warning': number;
  readonly temperature: number;
  readonly 'available-spare': number;
  readonly 'available-spare-threshold': number;
  readonly 'percentage-used': number;
};

/**
 * Reads a health record.
 * @param log SMART_LOG_SIZE bytes as the controller filled them in, little-endian
 */
export function parseSmartLog(log: Uint8Array): SmartLog {
  const view = new DataView(log.buffer, log.byteOffset, log.byteLength);
  const counters = Object.entries(COUNTERS).flatMap(([name, at]) => [
    [`${name}-lo`, countAt(view, at)],
    [`${name}-hi`, countAt(view, at + 8)],
  ]);
  return {
    'critical-warning': view.getUint8(0),
    temperature: view.getUint16(1, true),
    'available-spare': view.getUint8(3),
    'available-spare-threshold': view.getUint8(4),
    'percentage-used': view.getUint8(5),
    ...(Object.fromEntries(counters) as Record<CounterName, number>),
  };
}

/** A count beyond what a number holds exactly is nonsense from the disk; cut off, it is at least an integer in the reply. */
function countAt(view: DataView, at: number): number {
  return Math.min(Number(view.getBigUint64(at, true)), Number.MAX_SAFE_INTEGER);
}
