export { FakeGuest, type Behaviour, type Script } from './fake-guest.js';
export { delay, disconnect, flood, garbage, refuse, silence, type MarkedFault } from './faults.js';
