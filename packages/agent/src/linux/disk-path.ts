/**
 * What the path of a disk in sysfs tells: it names every bus, controller and target that the disk hangs on, as in
 * `/sys/devices/pci0000:00/0000:00:05.0/virtio2/host0/target0:0:2/0:0:2:3/block/sda`. Symbolic links are resolved before.
 */

export interface PciAddress {
  readonly domain: number;
  readonly bus: number;
  readonly slot: number;
  readonly function: number;
}

/** An address on the channel subsystem of s390x: subchannel and device. */
export interface CcwAddress {
  readonly cssid: number;
  readonly ssid: number;
  readonly subchno: number;
  readonly devno: number;
}

/** Where a disk is on its controller. */
export interface Place {
  readonly type: 'ide' | 'scsi' | 'virtio' | 'sata' | 'nvme' | 'usb';
  readonly bus?: number;
  readonly target?: number;
  readonly unit?: number;
}

/** A PCI function in the path. */
export interface PciFunction {
  /** the function's own path */
  readonly path: string;
  readonly address: PciAddress;
}

/** A host adapter in the path: the controller's directory, and the adapter's name in it in two parts. */
export interface HostAdapter {
  readonly parent: string;
  readonly kind: string;
  readonly number: number;
}

/** Whether the device has no hardware of its own: loop, device mapper, md. */
export function isVirtual(path: string): boolean {
  return path.includes('/devices/virtual/block/');
}

/** The PCI functions from the root of the bus on, bridges included; empty when the disk is not on PCI. */
export function pciFunctions(path: string): PciFunction[] {
  const root = /^.*?\/devices\/pci[0-9a-f]+:[0-9a-f]+/i.exec(path)?.[0];
  if (root === undefined) return [];
  const functions: PciFunction[] = [];
  let end = root.length;
  for (const name of path.slice(end + 1).split('/')) {
    const address = pciAddress(name);
    if (address === undefined) break;
    end += 1 + name.length;
    functions.push({ path: path.slice(0, end), address });
  }
  return functions;
}

function pciAddress(name: string): PciAddress | undefined {
  const [domain, bus, slot, fun] = hexadecimals(/^([0-9a-f]+):([0-9a-f]+):([0-9a-f]+)\.([0-9a-f]+)$/i.exec(name));
  if (domain === undefined || bus === undefined || slot === undefined || fun === undefined) return undefined;
  return { domain, bus, slot, function: fun };
}

/** The address of a disk on the channel subsystem of s390x. */
export function ccwAddress(path: string): CcwAddress | undefined {
  const [cssid, ssid, subchno, devno] = hexadecimals(
    /\/devices\/css[0-9a-f]+\/([0-9a-f]+)\.([0-9a-f]+)\.([0-9a-f]+)\/[0-9a-f]+\.[0-9a-f]+\.([0-9a-f]+)/i.exec(path),
  );
  if (cssid === undefined || ssid === undefined || subchno === undefined || devno === undefined) return undefined;
  return { cssid, ssid, subchno, devno };
}

function hexadecimals(match: readonly string[] | null): number[] {
  return (match ?? []).slice(1).map((digits) => Number.parseInt(digits, 16));
}

/** The ATA port of the path, or else its SCSI host. */
export function hostAdapter(path: string): HostAdapter | undefined {
  const match = /^(.*?)\/(ata)(\d+)\//.exec(path) ?? /^(.*?)\/(host)(\d+)\//.exec(path);
  const [, parent, kind, digits] = match ?? [];
  if (parent === undefined || kind === undefined) return undefined;
  return { parent, kind, number: Number(digits) };
}

/**
 * The index of an adapter among those of its controller.
 * @param names what the controller's directory holds
 * @returns undefined when it is not there
 */
export function adapterIndex({ kind, number }: HostAdapter, names: readonly string[]): number | undefined {
  const numbers = names.filter((name) => name.startsWith(kind)).map((name) => name.slice(kind.length));
  if (!numbers.includes(String(number))) return undefined;
  return numbers.filter((digits) => /^\d+$/.test(digits) && Number(digits) < number).length;
}

interface ScsiAddress {
  readonly channel: number;
  readonly target: number;
  readonly unit: number;
}

function scsiAddress(path: string): ScsiAddress | undefined {
  const match = /\/target\d+:\d+:\d+\/\d+:(\d+):(\d+):(\d+)/.exec(path);
  return match === null ? undefined : { channel: Number(match[1]), target: Number(match[2]), unit: Number(match[3]) };
}

/** Drivers of PCI controllers whose disks can be placed. */
export type DiskDriver = 'ata_piix' | 'sym53c8xx' | 'virtio-pci' | 'ahci' | 'nvme' | 'xhci_hcd' | 'ehci-pci';

/**
 * For each driver, where the disk is; the numbers are those that QEMU's command line gives a disk.
 * `adapter` is the index of its host adapter; undefined says that the path does not tell what the driver needs.
 */
const PLACES: Readonly<Record<DiskDriver, (scsi?: ScsiAddress, adapter?: number) => Place | undefined>> = {
  ata_piix: (scsi, adapter) =>
    scsi && adapter !== undefined ? { type: 'ide', bus: adapter, unit: scsi.target } : undefined,
  sym53c8xx: (scsi) => (scsi ? { type: 'scsi', unit: scsi.target } : undefined),
  'virtio-pci': (scsi) => (scsi ? { type: 'scsi', unit: scsi.unit } : { type: 'virtio' }),
  ahci: (scsi, adapter) => (scsi && adapter !== undefined ? { type: 'sata', unit: adapter } : undefined),
  nvme: () => ({ type: 'nvme' }),
  xhci_hcd: () => ({ type: 'usb' }),
  'ehci-pci': () => ({ type: 'usb' }),
};

export function isDiskDriver(name: string): name is DiskDriver {
  return Object.hasOwn(PLACES, name);
}

/** Whether a disk's place needs the index of its host adapter. */
export function needsAdapter(driver: DiskDriver): boolean {
  return driver === 'ata_piix' || driver === 'ahci';
}

/** Where a disk is on a PCI controller. @param adapter the index of its host adapter, where that is needed */
export function placeOnPci(path: string, driver: DiskDriver, adapter?: number): Place | undefined {
  return PLACES[driver](scsiAddress(path), adapter);
}

/** Where a disk is on a virtio controller that is not on PCI: virtio-mmio, or the channel subsystem. */
export function placeOnVirtio(path: string): Place | undefined {
  if (!path.includes('/virtio')) return undefined;
  const scsi = scsiAddress(path);
  return scsi ? { type: 'scsi', bus: scsi.channel, target: scsi.target, unit: scsi.unit } : { type: 'virtio' };
}
