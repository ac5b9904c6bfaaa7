import type { Listener } from '@qga/protocol';
import type { Method } from '../../core/options.js';
import { listenIsa } from './isa.js';
import { listenUnix } from './unix.js';
import { listenVirtio } from './virtio.js';
import { listenVsock } from './vsock.js';

/** How each method opens its path. */
export const transports: Readonly<Record<Method, (path: string) => Listener | Promise<Listener>>> = {
  'unix-listen': listenUnix,
  'virtio-serial': listenVirtio,
  'isa-serial': listenIsa,
  'vsock-listen': listenVsock,
};
