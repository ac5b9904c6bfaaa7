import { join } from 'node:path';

/** The repository's root; compiled code lives two folders below it, in build/vm. */
export const root = join(import.meta.dirname, '../..');

/** Kernel and initramfs images, kept between runs. */
export const imageFolder = join(root, 'build/vm-image');

/** Where install.sh unpacks the kernel package. */
export const kernelFolder = join(imageFolder, 'kernel');

/** Console logs of the last run, kept for a look after a failure. */
export const logFolder = join(root, 'build/vm-log');

/** Shell scripts that go into the machine as they are. */
export const guestScripts = join(root, 'vm/guest');
