import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCpuStats } from '../dist/linux/cpu-stats.js';
import { parseNetDev } from '../dist/linux/net-dev.js';
import { parseIpv4Routes, parseIpv6Routes } from '../dist/linux/routes.js';

test('counters of interfaces, with and without a blank after the name', () => {
  const text = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:    3245      30    0    0    0     0          0         0     3245      30    0    0    0     0       0          0
  eth0:593470910   17264    1    2    0     0          0         0  1480289   12203    3    4    0     0       0          0
 short: 1 2 3
`;
  const table = parseNetDev(text);
  assert.deepEqual([...table.keys()], ['lo', 'eth0']);
  assert.deepEqual(table.get('eth0'), {
    'rx-bytes': 593470910,
    'rx-packets': 17264,
    'rx-errs': 1,
    'rx-dropped': 2,
    'tx-bytes': 1480289,
    'tx-packets': 12203,
    'tx-errs': 3,
    'tx-dropped': 4,
  });
});

test('IPv4 routes', () => {
  const text = [
    'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT   ',
    'eth0\t00000000\t010200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0      ',
    'weth0\t000200C0\t00000000\t80000001\t-1\t7\t4294967295\t00FFFFFF\t1500\t4294967295\t9',
    'short\t0\t0',
    '',
  ].join('\n');
  const [first, second, ...none] = parseIpv4Routes(text);
  assert.deepEqual(none, []);
  assert.deepEqual(first, {
    iface: 'eth0',
    destination: '0.0.0.0',
    gateway: '192.0.2.1',
    mask: '0.0.0.0',
    flags: 3n,
    refcnt: 0,
    use: 0,
    metric: 100,
    mtu: 0,
    window: 0,
    irtt: 0,
    version: 4,
  });
  assert.deepEqual(
    [second?.destination, second?.mask, second?.flags, second?.refcnt, second?.metric, second?.mtu, second?.window],
    ['192.0.2.0', '255.255.255.0', 0x8000_0001n, -1, -1, 1500, -1],
  );
  assert.deepEqual(parseIpv4Routes(''), []);
});

test('IPv6 routes', () => {
  const zero = '0'.repeat(32);
  const text = [
    `fd000000000000000000000000000000 40 ${zero} 00 ${zero} 00000100 00000001 00000000 00000001     eth0`,
    `00000000000000000000000000000001 80 ${zero} 00 ${zero} ffffffff 00000002 fffffffe 80200001       lo`,
    'bad line',
    '',
  ].join('\n');
  assert.deepEqual(parseIpv6Routes(text), [
    {
      iface: 'eth0',
      destination: 'fd00::',
      desprefixlen: '64',
      source: '::',
      srcprefixlen: '0',
      nexthop: '::',
      metric: 256,
      refcnt: 1,
      use: 0,
      flags: 1n,
      version: 6,
    },
    {
      iface: 'lo',
      destination: '::1',
      desprefixlen: '128',
      source: '::',
      srcprefixlen: '0',
      nexthop: '::',
      metric: -1,
      refcnt: 2,
      use: -2,
      flags: 0x80200001n,
      version: 6,
    },
  ]);
});

test('processor times in milliseconds, as many columns as there are', () => {
  const text = 'cpu  9 9 9 9\ncpu0 1 2 3 4 5 6 7 8 9 10 11\ncpu12 1 2 3 4\ncpu13 1 2\nintr 4 5\n';
  assert.deepEqual(parseCpuStats(text), [
    {
      type: 'linux',
      cpu: 0,
      user: 10,
      nice: 20,
      system: 30,
      idle: 40,
      iowait: 50,
      irq: 60,
      softirq: 70,
      steal: 80,
      guest: 90,
      guestnice: 100,
    },
    { type: 'linux', cpu: 12, user: 10, nice: 20, system: 30, idle: 40 },
  ]);
});
