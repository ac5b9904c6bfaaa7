export { nodeKernels } from './kernels.js';
export { SocketChannel } from './socket-channel.js';
