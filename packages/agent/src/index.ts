export { Agent, type AgentOptions } from './agent.js';
export { OPTIONS } from './core/options.js';
export { limitsOf, type Limits } from './core/limits.js';
export { Server } from './core/server.js';
export { StateError } from './core/state.js';
export { SystemError } from './core/system-error.js';
export { QEMU_VERSION, REPORTED_VERSION, VERSION } from './core/version.js';
export { linuxPaths, type Paths } from './linux/paths.js';
export type * from './platform.js';
