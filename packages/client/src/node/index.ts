export * from '../core/index.js';
export { connect } from './connect.js';
export { nodeEnvironment } from './environment.js';
export { unixTarget } from './unix-target.js';
