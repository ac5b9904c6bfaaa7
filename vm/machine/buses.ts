import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFilesystem } from './disks.js';

const SIZE = 16 << 20;
const SECTOR = 512;
/** Where the first partition begins, in sectors. */
const FIRST = 2048;

/**
 * Disks on the kinds of bus that the machine's kernel has drivers for, each with an ext4 filesystem; the first disk has it in
 * a partition. The PCI slots are fixed, so that a scenario knows them.
 * @param folder where the image files go
 * @returns QEMU's arguments
 */
export async function busArguments(folder: string): Promise<string[]> {
  const image = async (name: string, offset = 0): Promise<string[]> => {
    const file = join(folder, `${name}.img`);
    await makeFilesystem(file, SIZE, { offset });
    if (offset > 0) await writePartitionTable(file);
    return ['-drive', `file=${file},if=none,format=raw,id=${name}`];
  };
  return [
    ...(await image('block', FIRST * SECTOR)),
    ...['-device', 'virtio-blk-pci,drive=block,addr=0x10'],
    ...(await image('scsi')),
    ...['-device', 'virtio-scsi-pci,id=adapter,addr=0x11'],
    ...['-device', 'scsi-hd,drive=scsi,bus=adapter.0,scsi-id=2,lun=3'],
    ...(await image('flash')),
    ...['-device', 'nvme,drive=flash,serial=health,addr=0x12'],
    ...(await image('pata')),
    ...['-device', 'piix3-ide,id=channels,addr=0x13', '-device', 'ide-hd,drive=pata,bus=channels.1,unit=1'],
  ];
}

/** One partition to the end, in the way of the IBM PC. */
async function writePartitionTable(file: string): Promise<void> {
  const table = Buffer.alloc(SECTOR);
  table.writeUInt8(0x83, 446 + 4);
  table.writeUInt32LE(FIRST, 446 + 8);
  table.writeUInt32LE(SIZE / SECTOR - FIRST, 446 + 12);
  table.writeUInt16BE(0x55aa, 510);
  const disk = await open(file, 'r+');
  await disk.write(table, 0, SECTOR, 0);
  await disk.close();
}
