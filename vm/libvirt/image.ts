import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { tree, withLibraries } from '../image/files.js';
import type { ImageFile } from '../image/files.js';
import { variants } from '../image/variants.js';
import type { Variant } from '../image/variants.js';
import { root } from '../paths.js';
import { run } from '../processes.js';
import { userRecord, zoneFile } from './binary-files.js';

const chpasswd = '/usr/sbin/chpasswd';
const pamFolder = '/lib/x86_64-linux-gnu/security';
const referenceRoot = join(root, 'build/reference-agent/root');
const referenceLibraries = join(referenceRoot, 'usr/lib/x86_64-linux-gnu');
const referenceAgent = join(referenceRoot, 'usr/sbin/qemu-ga');

/** QEMU's newest agent, unpacked beside the system with a C library of its own; in the machine it is all in one folder. */
const newest: Variant = {
  name: 'newest',
  command: ['/opt/reference/ld-linux-x86-64.so.2', '--library-path', '/opt/reference', '/opt/reference/qemu-ga'],
  missing: () =>
    existsSync(referenceAgent) ? [] : [`${referenceAgent} is missing: node build/conformance/fetch-reference.js`],
  files: async () => {
    const loader = join(referenceLibraries, 'ld-linux-x86-64.so.2');
    const listing = await run(loader, ['--library-path', referenceLibraries, '--list', referenceAgent]);
    const names = [...listing.matchAll(/=> \S+\/(\S+) \(0x/g)].map((match) => match[1] ?? '');
    return [
      { target: '/opt/reference/qemu-ga', source: referenceAgent },
      ...names.map((name) => ({ target: `/opt/reference/${name}`, source: join(referenceLibraries, name) })),
    ];
  },
};

/**
 * An agent in a machine that has users, passwords, a time zone and a network.
 * @param name as for `npm run test:vm`, or `newest` for QEMU's newest agent
 * @throws Error when there is no such agent
 */
export function inGuest(name: string): Variant {
  const variant = [newest, ...variants].find((one) => one.name === name);
  if (variant === undefined) throw new Error(`there is no agent called ${name}`);
  return {
    name: `libvirt-${variant.name}`,
    command: variant.command,
    missing: () => variant.missing(),
    files: async () => [...(await variant.files()), ...(await guestFiles())],
  };
}

async function guestFiles(): Promise<ImageFile[]> {
  return [
    ...tree(join(root, 'vm/libvirt/guest'), '/'),
    ...(await withLibraries(chpasswd, '/usr/bin/chpasswd')),
    ...(await withLibraries(join(pamFolder, 'pam_unix.so'))),
    { target: '/usr/share/zoneinfo/Asia/Kolkata', text: zoneFile({ name: 'IST', offset: 19800 }) },
    { target: '/etc/utmp', text: userRecord({ user: 'tester', line: 'tty1', seconds: 0x60606060 }) },
  ];
}
