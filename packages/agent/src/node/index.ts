export * from '../index.js';
export { nodePlatform } from './platform.js';
export { openLog, type NodeLogOutput } from './log-output.js';
export { listenIsa } from './transports/isa.js';
export { listenUnix } from './transports/unix.js';
export { listenVirtio } from './transports/virtio.js';
export { listenVsock } from './transports/vsock.js';
export { TransportError } from './transports/transport-error.js';
