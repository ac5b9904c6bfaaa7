import { addKeys, keyLines, listKeys, removeKeys } from '../../../packages/agent/dist/linux/authorized-keys.js';
import { parseCpuStats } from '../../../packages/agent/dist/linux/cpu-stats.js';
import {
  adapterIndex,
  ccwAddress,
  hostAdapter,
  isVirtual,
  pciFunctions,
} from '../../../packages/agent/dist/linux/disk-path.js';
import { parseDiskstats } from '../../../packages/agent/dist/linux/diskstats.js';
import { firstOfEachDevice, parseMountinfo, parseMounts } from '../../../packages/agent/dist/linux/mountinfo.js';
import { parseNetDev } from '../../../packages/agent/dist/linux/net-dev.js';
import { parseOsRelease } from '../../../packages/agent/dist/linux/os-release.js';
import { findUser } from '../../../packages/agent/dist/linux/passwd.js';
import { fixedOffset, parsePosixZone, posixZoneAt } from '../../../packages/agent/dist/linux/posix-zone.js';
import { parseIpv4Routes, parseIpv6Routes } from '../../../packages/agent/dist/linux/routes.js';
import { parseUdevRecord, parseUevent } from '../../../packages/agent/dist/linux/uevent.js';
import { bytesOf, promised, textOf, words, type Target } from '../target.js';

/** A moment in the summer of 2033, in seconds. */
const MOMENT = 2_000_000_000;

const PARSERS: Readonly<Record<string, (text: string) => unknown>> = {
  mountinfo: (text) => firstOfEachDevice(parseMountinfo(text)),
  mounts: parseMounts,
  osRelease: parseOsRelease,
  uevent: parseUevent,
  udevRecord: parseUdevRecord,
  cpuStats: parseCpuStats,
  diskstats: parseDiskstats,
  netDev: parseNetDev,
  ipv4Routes: parseIpv4Routes,
  ipv6Routes: parseIpv6Routes,
  passwd: (text) => findUser(text, 'guest'),
  posixZone: (text) => {
    const zone = parsePosixZone(text);
    return zone === undefined ? fixedOffset(text) : posixZoneAt(zone, MOMENT);
  },
  diskPath: (text) => {
    const adapter = hostAdapter(text);
    const names = text.split('/');
    return [isVirtual(text), pciFunctions(text), ccwAddress(text), adapter && adapterIndex(adapter, names)];
  },
  keys: (text) => {
    const lines = keyLines(text);
    return [listKeys(lines), addKeys(lines, ['ssh-rsa A']), removeKeys(lines, ['ssh-rsa A'])];
  },
};

/** Texts of the kernel and of the guest's administrator: any of them is read as each kind, and none throws. */
export const kernelText: Target = {
  name: 'kernel-text',
  largest: 3000,
  seeds: [
    '22 1 254:1 / /a\\040b\\134 rw,x shared:1 - ext4 /dev/vda1 rw\n0 0 0:5 / /proc rw - proc proc rw\n',
    '/dev/sda1 /mnt ext4 rw 0 0\nnone /x tmpfs rw 0 0\n',
    'NAME="a \\"b\\" $c"\nID=debian # x\nPRETTY_NAME=\'x y\'\nBAD LINE\n',
    'MAJOR=8\nDEVNAME=sda\nE:ID_SERIAL=x\n',
    'cpu  1 2 3\ncpu0 1 2 3 4 5 6 7 8 9 10\nintr 5\n',
    '   8       0 sda 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17\n',
    'Inter-| Receive\n face |bytes\n  eth0:1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n',
    'Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\neth0 00000000 0100A8C0 0003 0 0 0 00000000 0 0 0\n',
    `${'0'.repeat(32)} 00 ${'f'.repeat(32)} 80 ${'1'.repeat(32)} ffffffff 00000001 00000000 00200200 lo\n`,
    'guest:x:1000:1000:A,B:/home/guest:/bin/sh\nroot:x:0:0::/:\n',
    'CET-1CEST,M3.5.0,M10.5.0/3',
    '<+0330>-3:30<+0430>,J79/24,J263/-1:30:15',
    '/sys/devices/pci0000:00/0000:00:05.0/virtio3/host2/target2:0:3/2:0:3:4/block/sda/sda1',
    '/sys/devices/pci0000:00/0000:00:1f.2/ata3/host3/target3:0:0/3:0:0:0/block/sdb',
    '/sys/devices/css0/0.1.a3/0.0.1000/virtio0/block/vda',
    'ssh-rsa AAAA me\r\n# comment\n\nssh-ed25519 B\n',
  ].map(bytesOf),
  dictionary: words(
    ' - ',
    '\\040',
    '\\777',
    '\n',
    '\t',
    ' ',
    ':',
    '/',
    '=',
    '"',
    "'",
    '\\',
    '0x',
    'NaN',
    '-1',
    'M13.9.9',
    'ffffffff',
  ),
  run(input) {
    const text = textOf(input);
    for (const [name, parse] of Object.entries(PARSERS)) {
      const numbers = JSON.stringify(parse(text), (_, value: unknown) =>
        Number.isNaN(value) ? '!NaN!' : typeof value === 'bigint' ? String(value) : value,
      );
      promised(!(numbers as string | undefined)?.includes('"!NaN!"'), `${name} gives numbers that are numbers`);
    }
  },
};
