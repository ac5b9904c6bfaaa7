import type { GuestCCWAddress, GuestDiskAddress, GuestPCIAddress } from '@qga/protocol';
import { ifThere } from '../core/if-there.js';
import * as diskPath from '../linux/disk-path.js';
import type { Platform } from '../platform.js';
import type { BlockDevice } from './block-device.js';

const NO_PCI_ADDRESS: GuestPCIAddress = { domain: -1, bus: -1, slot: -1, function: -1 };

interface Hardware {
  readonly controller?: GuestPCIAddress;
  readonly channel?: GuestCCWAddress;
  readonly place?: diskPath.Place | undefined;
}

/**
 * Where a disk or a partition is plugged in.
 * @param path its directory in sysfs, without symbolic links
 * @returns undefined when nothing at all is known of it
 */
export async function diskAddress(
  platform: Platform,
  path: string,
  { node, serial }: BlockDevice,
): Promise<GuestDiskAddress | undefined> {
  const hardware = await hardwareOf(platform, path);
  if (hardware === undefined && node === undefined && serial === undefined) return undefined;
  const { controller = NO_PCI_ADDRESS, channel, place } = hardware ?? {};
  return {
    'pci-controller': controller,
    'bus-type': place?.type ?? 'unknown',
    bus: place?.bus ?? 0,
    target: place?.target ?? 0,
    unit: place?.unit ?? 0,
    ...(serial !== undefined && { serial }),
    ...(node !== undefined && { dev: node }),
    ...(channel && { 'ccw-address': channel }),
  };
}

async function hardwareOf(platform: Platform, path: string): Promise<Hardware | undefined> {
  if (path.includes('/devices/pci')) return pciHardware(platform, path);
  const place = path.includes('/block') ? diskPath.placeOnVirtio(path) : undefined;
  const channel = diskPath.ccwAddress(path);
  if (channel !== undefined) return { channel, place };
  return place && { place };
}

/** The controller is the first function whose driver is known to have disks; those before it are bridges. */
async function pciHardware(platform: Platform, path: string): Promise<Hardware | undefined> {
  for (const { path: directory, address } of diskPath.pciFunctions(path)) {
    const driver = (await ifThere(platform.files.readlink(`${directory}/driver`)))?.split('/').at(-1);
    if (driver === undefined || !diskPath.isDiskDriver(driver)) continue;
    const adapter = diskPath.needsAdapter(driver) ? await adapterIndex(platform, path) : undefined;
    const place = diskPath.placeOnPci(path, driver, adapter);
    return place && { controller: address, place };
  }
  return undefined;
}

async function adapterIndex(platform: Platform, path: string): Promise<number | undefined> {
  const adapter = diskPath.hostAdapter(path);
  if (adapter === undefined) return undefined;
  const names = await ifThere(platform.files.readdir(adapter.parent));
  return names && diskPath.adapterIndex(adapter, names);
}
