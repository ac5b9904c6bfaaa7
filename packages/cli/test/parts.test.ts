import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseModel } from '../dist/verbs/cpuinfo.js';
import { diskTree } from '../dist/verbs/disk-tree.js';
import { readConfig } from '../dist/config.js';
import { discover } from '../dist/discover/index.js';
import { guestOfCommandLine } from '../dist/discover/qemu.js';
import { manPage } from '../dist/man-page.js';
import { progressLine } from '../dist/output/progress.js';
import { formatTable, mergeTables } from '../dist/output/table.js';
import { formatBytes, formatDuration } from '../dist/output/units.js';
import { describeVerbs, ownVersion } from '../dist/program.js';
import { splitWords } from '../dist/split-words.js';
import { parseMemory } from '../dist/verbs/meminfo.js';
import { defaultInterfaces, parseRoutes, primaryAddress } from '../dist/verbs/primary-address.js';
import { complete } from '../dist/verbs/shell.js';
import { qga, scratchFolder } from './run-qga.js';

const folder = scratchFolder();

function address(ip: string): { 'ip-address': string; 'ip-address-type': 'ipv4' | 'ipv6'; prefix: number } {
  return { 'ip-address': ip, 'ip-address-type': ip.includes(':') ? 'ipv6' : 'ipv4', prefix: 24 };
}

await test('the primary address: the default route first, no loopback, link-local or containers, IPv4 before IPv6', () => {
  const interfaces = [
    { name: 'lo', 'ip-addresses': [address('127.0.0.1')] },
    { name: 'docker0', 'ip-addresses': [address('172.17.0.1')] },
    { name: 'eth0', 'ip-addresses': [address('fe80::1'), address('2001:db8::7'), address('192.0.2.7')] },
    { name: 'eth1', 'ip-addresses': [address('198.51.100.7')] },
    { name: 'eth2' },
  ];
  const chosen = (leads?: string[]): string | undefined => primaryAddress(interfaces, leads)?.address;
  assert.equal(chosen(), '192.0.2.7');
  assert.equal(chosen([]), '192.0.2.7');
  assert.equal(chosen(['eth1']), '198.51.100.7');
  assert.equal(primaryAddress(interfaces.slice(0, 2), undefined)?.address, '172.17.0.1');
  assert.equal(primaryAddress(interfaces.slice(0, 1), undefined), undefined);
});

await test('what does not fit into a terminal goes on below in the last column', () => {
  const table = {
    head: ['NAME', 'REASON'],
    rows: [
      ['db', 'no socket is there at all'],
      ['web', 'x'],
    ],
  };
  assert.equal(formatTable(table, 24), 'NAME  REASON\ndb    no socket is there\n      at all\nweb   x\n');
  assert.equal(formatTable(table, 17), formatTable(table, Infinity), 'too narrow to fold');
  const coloured = { ...table, colours: { NAME: (text: string) => `<${text}>` } };
  assert.doesNotMatch(formatTable(coloured, 24), /<>/, 'the rows below have nothing to colour');
});

await test('disks stand below what they lie on, below each when they lie on several, and circles end', () => {
  const disk = (name: string, ...dependencies: string[]): { name: string; dependencies: string[] } => ({
    name,
    dependencies,
  });
  const drawn = (...disks: ReturnType<typeof disk>[]): string[] =>
    diskTree(disks).map(({ lead, disk: { name } }) => lead + name);
  const disks = [disk('dm-0', 'a2', 'b'), disk('a10', 'a'), disk('a2', 'a'), disk('b'), disk('a')];
  assert.deepEqual(drawn(...disks), ['a', '├─a2', '│ └─dm-0', '└─a10', 'b', '└─dm-0']);
  assert.deepEqual(drawn(disk('x', 'y'), disk('y', 'x'), disk('z', 'z')), ['x', 'y', 'z']);
});

await test('the model of a processor, its sockets and cores are read from the kernel’s text', () => {
  const block = (processor: number, socket: number, core: number): string =>
    `processor\t: ${processor}\nmodel name\t: Some CPU @ 2 GHz\nphysical id\t: ${socket}\ncore id\t\t: ${core}\n`;
  const text = [block(0, 0, 0), block(1, 0, 0), block(2, 0, 1), block(3, 1, 0)].join('\n');
  assert.deepEqual(parseModel(text), { name: 'Some CPU @ 2 GHz', sockets: 2, cores: 3 });
  assert.equal(parseModel('processor\t: 0\nBogoMIPS\t: 50.00\n'), undefined);
});

await test('the default route is read from the kernel’s table, the lowest metric first', () => {
  const text =
    'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n' +
    'wlan0\t00000000\t0100000A\t0003\t0\t0\t600\t00000000\t0\t0\t0\n' +
    'eth0\t00000000\t0100000A\t0003\t0\t0\t100\t00000000\t0\t0\t0\n' +
    'eth0\t0000000A\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n';
  assert.deepEqual(defaultInterfaces(parseRoutes(text)), ['eth0', 'wlan0']);
  assert.deepEqual(parseRoutes(''), []);
});

await test('a QEMU command line tells its name, its socket, or why there is none', () => {
  const of = (...words: string[]): unknown =>
    guestOfCommandLine(['qemu-system-x86_64', ...words], '42', () => '/home/vm');
  const port = ['-device', 'virtserialport,chardev=c0,name=org.qemu.guest_agent.0'];
  assert.deepEqual(of('-name', 'guest=web,debug-threads=on', '-chardev', 'socket,path=/run/a.sock,id=c0', ...port), {
    name: 'web',
    from: 'qemu',
    target: 'unix:/run/a.sock',
  });
  assert.deepEqual(of('-name', 'db', '-chardev', 'socket,id=c0,path=a,,b.sock,server=on', ...port), {
    name: 'db',
    from: 'qemu',
    target: 'unix:/home/vm/a,b.sock',
  });
  assert.deepEqual(of('-chardev', 'socket,id=c0,host=127.0.0.1,port=4444', ...port), {
    name: 'qemu-42',
    from: 'qemu',
    target: 'tcp:127.0.0.1:4444',
  });
  assert.match(JSON.stringify(of('-chardev', 'pty,id=c0', ...port)), /on a pty, not on a socket/);
  assert.match(JSON.stringify(of('-chardev', 'socket,fd=9,id=c0', ...port)), /handed over as a descriptor/);
  assert.match(JSON.stringify(of('-m', '512')), /no guest agent port/);
});

await test('libvirt and Proxmox are found by their files', () => {
  const root = join(folder, 'machine');
  const files = {
    'var/lib/libvirt/qemu/channel/target/domain-7-web-1/org.qemu.guest_agent.0': '',
    'run/libvirt/qemu/channel/8-web-2/org.qemu.guest_agent.0': '',
    'var/run/qemu-server/100.qga': '',
    'var/run/qemu-server/100.pid': '',
    'etc/pve/qemu-server/100.conf': 'memory: 512\nname: mail\n',
    'proc/77/cmdline': 'kvm\0-name\0mail\0-m\x00512\0',
    'proc/78/cmdline': 'sleep\x001\0',
  };
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(root, file, '..'), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  assert.deepEqual(
    discover(root).map(({ name, from, target }) => [name, from, target]),
    [
      ['web-1', 'libvirt', 'libvirt:web-1'],
      ['web-2', 'libvirt', 'libvirt:web-2'],
      ['mail', 'proxmox', `unix:${join(root, 'var/run/qemu-server/100.qga')}`],
    ],
  );
  assert.deepEqual(discover(join(folder, 'nothing')), []);
});

await test('a configuration that makes no sense says where and why', () => {
  const path = join(folder, 'config.json');
  const reading = (text: string): unknown => {
    writeFileSync(path, text);
    return readConfig(path);
  };
  assert.deepEqual(reading('{"guests": {"a": "tcp:h:1"}, "default": "a"}'), { guests: { a: 'tcp:h:1' }, default: 'a' });
  assert.deepEqual(readConfig(join(folder, 'no-such-file')), { guests: {} });
  for (const text of ['[]', '{', '{"guests": []}', '{"guests": {"a": 1}}', '{"gusts": {}}', '{"default": 1}']) {
    assert.throws(() => reading(text), { name: 'UsageError', message: /config\.json: / }, text);
  }
});

await test('tables are aligned, also with wide letters, and nothing of a guest reaches the terminal raw', () => {
  const table = {
    head: ['NAME', 'SIZE'],
    right: ['SIZE'],
    rows: [
      ['日本', '1'],
      ['a\x1b[2Jb', '22'],
    ],
    notes: ['end'],
  };
  assert.equal(formatTable(table), 'NAME         SIZE\n日本            1\na\\u001b[2Jb    22\nend\n');
  assert.equal(formatTable(mergeTables([['x', { head: ['A'], rows: [['1']] }]])), 'GUEST  A\nx      1\n');
});

await test('numbers for people', () => {
  assert.deepEqual([0, 1023, 1536, 5e9, 2e15].map(formatBytes), ['0 B', '1023 B', '1.5 KiB', '4.7 GiB', '1.8 PiB']);
  assert.deepEqual([0.61, 42, 3200, 125_000, 7_300_000, 3e8].map(formatDuration), [
    '0.6 ms',
    '42 ms',
    '3.2 s',
    '2 min 5 s',
    '2 h 1 min',
    '3 d 11 h',
  ]);
  const memory = parseMemory('MemTotal:     2 kB\nMemFree:  1 kB\nMemAvailable:   1 kB\n');
  assert.deepEqual(memory, { total: 2048, available: 1024, swapTotal: 0, swapFree: 0 });
});

await test('the prompt splits words as a shell does, and completes verbs, commands and arguments', () => {
  assert.deepEqual(splitWords(`a  'b c' "d \\" e" f\\ g ''`), ['a', 'b c', 'd " e', 'f g', '']);
  assert.deepEqual(splitWords('   '), []);
  assert.throws(() => splitWords('"a'), { name: 'UsageError' });
  assert.deepEqual(complete('stat', ['status', 'os'])[0], ['status ']);
  assert.deepEqual(complete('call get-osi', [])[0], ['get-osinfo ']);
  assert.deepEqual(complete('file-open --m', [])[0], ['--mode ']);
});

await test('the manual is what the verbs declare; UPDATE=1 writes it', async () => {
  const path = new URL('../man/qga.1', import.meta.url);
  const text = manPage(ownVersion(), await describeVerbs());
  if (process.env['UPDATE'] === '1') writeFileSync(path, text);
  assert.equal(readFileSync(path, 'utf8'), text);
});

await test('the completions are scripts that their shells take', async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, out } = await qga(['completion', shell]);
    assert.equal(code, 0);
    assert.match(out, /snapshot/);
    const { error, status } = spawnSync(shell, ['-n'], { input: out });
    if (error === undefined) assert.equal(status, 0, shell);
  }
  assert.equal((await qga(['completion', 'tcsh'])).code, 2);
});

await test('the line of a copy keeps the time left on a narrow terminal; the bar gives way', () => {
  const part = { bytes: 1.5 * 2 ** 30, total: 4 * 2 ** 30 };
  const figures = '37%  1.5 GiB of 4.0 GiB  20.0 MiB/s  2 min 8 s left';
  const line = (columns: number): string => progressLine('dump.gz', part, 20 * 2 ** 20, columns);
  assert.equal(line(200), `dump.gz  [${'#'.repeat(9)}${'-'.repeat(15)}] ${figures}`);
  assert.equal(line(77), `dump.gz  [#####---------] ${figures}`);
  assert.equal(line(77).length, 77);
  assert.equal(line(64), `dump.gz  ${figures}`);
  assert.equal(line(20), `dump.gz  ${figures}`.slice(0, 20));
  assert.equal(progressLine('dump.gz', { bytes: 1024, total: undefined }, 512, 80), 'dump.gz  1.0 KiB  512 B/s');
});
