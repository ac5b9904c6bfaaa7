import type { Listener } from '@qga/protocol';
import type { Method } from '../core/settings.js';
import type { Wires } from '../descriptors.js';
import type { Admission } from './admission.js';
import { listenIsa } from './isa.js';
import { listenUnix } from './unix.js';
import { listenVirtio } from './virtio.js';
import { listenVsock } from './vsock.js';

/** How each method opens its path. */
export type Transports = Readonly<Record<Method, (wires: Wires, path: string, admission: Admission) => Listener>>;

export const transports: Transports = {
  'unix-listen': listenUnix,
  'virtio-serial': listenVirtio,
  'isa-serial': listenIsa,
  'vsock-listen': listenVsock,
};
