import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emitTables } from '../dist/emit/tables.js';
import { wireOrder } from '../dist/emit/wire-order.js';
import { guestAgentModel } from './support.js';

/** The order in which QEMU's agent was seen to print members; unions with the members of their branch. */
const OBSERVED: Readonly<Record<string, string>> = {
  GuestAgentInfo: 'version supported_commands',
  GuestAgentCommandInfo: 'enabled name success-response',
  GuestFileRead: 'count buf-b64 eof',
  GuestFileWrite: 'count eof',
  GuestFileSeek: 'eof position',
  GuestFilesystemTrimResult: 'minimum path trimmed error',
  GuestIpAddress: 'ip-address-type ip-address prefix',
  GuestNetworkInterface: 'name ip-addresses statistics hardware-address',
  GuestNetworkInterfaceStat: 'tx-packets tx-errs rx-bytes rx-dropped rx-packets rx-errs tx-bytes tx-dropped',
  GuestLogicalProcessor: 'online can-offline logical-id',
  GuestMemoryBlock: 'online can-offline phys-index',
  GuestMemoryBlockResponse: 'response error-code phys-index',
  GuestPCIAddress: 'bus slot domain function',
  GuestCCWAddress: 'cssid ssid subchno devno',
  GuestDiskAddress: 'ccw-address serial bus-type bus unit pci-controller dev target',
  GuestDiskInfo: 'name smart dependencies partition address alias',
  GuestFilesystemInfo: 'name total-bytes total-bytes-privileged mountpoint disk used-bytes type',
  GuestExecStatus: 'exitcode err-data out-data err-truncated signal out-truncated exited',
  GuestUser: 'login-time domain user',
  GuestTimezone: 'zone offset',
  GuestOSInfo: 'name kernel-release version variant pretty-name version-id variant-id kernel-version machine id',
  GuestDiskStatsInfo: 'name stats minor major',
  GuestDiskStats:
    'discard-sectors write-ios discard-ios discard-ticks weight-ticks read-ios flush-ios write-sectors write-merges ' +
    'write-ticks ios-pgr read-sectors read-merges total-ticks discard-merges flush-ticks read-ticks',
  GuestCpuStats_linux: 'cpu guestnice idle steal iowait system guest nice irq type user softirq',
  GuestLoadAverage: 'load15m load5m load1m',
  GuestNetworkRoute:
    'flags source metric refcnt window version nexthop iface destination desprefixlen irtt gateway srcprefixlen use ' +
    'mtu mask',
  GuestDiskSmart_nvme:
    'available-spare host-write-commands-hi temperature power-on-hours-lo host-read-commands-hi host-read-commands-lo ' +
    'number-of-error-log-entries-hi unsafe-shutdowns-hi unsafe-shutdowns-lo host-write-commands-lo ' +
    'available-spare-threshold power-on-hours-hi controller-busy-time-hi controller-busy-time-lo data-units-read-hi ' +
    'data-units-read-lo power-cycles-hi power-cycles-lo media-errors-hi media-errors-lo data-units-written-hi ' +
    'data-units-written-lo type critical-warning percentage-used number-of-error-log-entries-lo',
};

const tables = emitTables(guestAgentModel());

for (const [constant, order] of Object.entries(OBSERVED)) {
  test(`generated members of ${constant} are in the order of the wire`, () => {
    const found = new RegExp(`const ${constant}: [^;]*?wire: \\[([^\\]]*)\\]`).exec(tables)?.[1] ?? 'not found';
    const names = found.split(/[\s,']+/).filter((name) => name !== '');
    assert.equal(names.join(' '), order);
  });
}

test('replies and errors of the protocol are in the order of the wire', () => {
  assert.deepEqual(wireOrder(['id', 'return']), ['return', 'id']);
  assert.deepEqual(wireOrder(['error', 'id']), ['id', 'error']);
  assert.deepEqual(wireOrder(['desc', 'class']), ['class', 'desc']);
  const request = ['id', 'foo', 'arguments', 'event', 'execute', 'control', 'exec-oob'];
  assert.deepEqual(wireOrder(request), ['exec-oob', 'control', 'execute', 'event', 'arguments', 'id', 'foo']);
});

test('of names in one bucket the last one put in comes first', () => {
  const names = Array.from({ length: 1000 }, (_, index) => `n${index}`);
  const forward = wireOrder(names);
  const backward = wireOrder([...names].reverse());
  assert.notDeepEqual(forward, backward);
  assert.deepEqual([...forward].sort(), [...backward].sort());
});
