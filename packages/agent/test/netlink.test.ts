import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listInterfaces } from '../dist/linux/interfaces.js';
import { ipv6Text } from '../dist/linux/ip-text.js';
import { dumpRequest, parseDump, RTM_GETLINK } from '../dist/linux/netlink.js';
import { recordedAddresses, recordedLinks } from './support/netlink-recording.js';

const decode = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

const HEADER = 16;
const DONE = 3;
const ERROR = 2;

function message(type: number, flags: number, body: readonly number[]): Buffer {
  const bytes = Buffer.alloc(HEADER + body.length);
  bytes.writeUInt32LE(bytes.length, 0);
  bytes.writeUInt16LE(type, 4);
  bytes.writeUInt16LE(flags, 6);
  bytes.set(body, HEADER);
  return bytes;
}

test('interfaces come in the order of the kernel, labels after them', () => {
  const links = parseDump(recordedLinks);
  const addresses = parseDump(recordedAddresses);
  assert.equal(links.end, 'whole');
  assert.equal(addresses.end, 'whole');
  const ipv4 = (text: string, prefix: number): object => ({
    'ip-address': text,
    'ip-address-type': 'ipv4',
    prefix,
  });
  const ipv6 = (text: string, prefix: number): object => ({
    'ip-address': text,
    'ip-address-type': 'ipv6',
    prefix,
  });
  assert.deepEqual(listInterfaces(links.messages, addresses.messages, decode), [
    { name: 'lo', hardware: '00:00:00:00:00:00', addresses: [ipv4('127.0.0.1', 8), ipv6('::1', 128)] },
    { name: 'd1', hardware: '02:1f:a6:82:4c:34', addresses: [] },
    {
      name: 'd0',
      hardware: '8a:e5:15:4f:10:0a',
      // not the other end's address
      addresses: [ipv4('10.0.0.1', 24), ipv4('10.1.0.1', 32), ipv6('fd00:1::1', 128)],
    },
    { name: 'tun0', hardware: '00:00:00:00:00:00', addresses: [] },
    { name: 'd0:1', hardware: '8a:e5:15:4f:10:0a', addresses: [ipv4('10.0.0.2', 24)] },
  ]);
});

test('an address without a known interface is left out', () => {
  const addresses = parseDump(recordedAddresses).messages;
  const names = listInterfaces([], addresses, decode).map(({ name, hardware }) => [name, hardware]);
  // IPv4 addresses bring their label along
  assert.deepEqual(names, [
    ['lo', undefined],
    ['d0', undefined],
    ['d0:1', undefined],
  ]);
});

test('every cut of an answer is noticed', () => {
  for (let end = 0; end < recordedLinks.length; end++) {
    const cut = parseDump(recordedLinks.subarray(0, end));
    assert.equal(cut.end, 'cut', `after ${end} bytes`);
    listInterfaces(cut.messages, cut.messages, decode);
  }
});

test('rubbish in an answer does no harm', () => {
  let seed = 1;
  for (let round = 0; round < 2000; round++) {
    const bytes = Buffer.from(round % 2 === 0 ? recordedLinks : recordedAddresses);
    for (let flips = 0; flips < 3; flips++) {
      seed = (seed * 1103515245 + 12345) % 2 ** 31;
      bytes[seed % bytes.length] = (seed >>> 8) % 256;
    }
    const { messages } = parseDump(bytes);
    listInterfaces(messages, messages, decode);
  }
});

test('a refusal is the errno, a change while reading is told', () => {
  assert.equal(parseDump(message(ERROR, 0, [0xff, 0xff, 0xff, 0xff])).end, 1);
  assert.equal(parseDump(message(DONE, 0, [0, 0, 0, 0])).end, 'whole');
  assert.equal(parseDump(message(DONE, 0x10, [0, 0, 0, 0])).end, 'changed');
});

test('a request is one message that asks for everything', () => {
  assert.equal(Buffer.from(dumpRequest(RTM_GETLINK)).toString('hex'), '14000000120001030000000000000000' + '00000000');
});

const IPV6 = {
  '00000000000000000000000000000000': '::',
  '00000000000000000000000000000001': '::1',
  fd000000000000000000000000000000: 'fd00::',
  '00010000000200000003000000040000': '1:0:2:0:3:0:4:0',
  '00010000000000020000000000000003': '1:0:0:2::3',
  '00010000000000020000000000030004': '1::2:0:0:3:4',
  '00000000000000000001000000000000': '::1:0:0:0',
  '0000000000000000000000000a000001': '::10.0.0.1',
  '00000000000000000000ffff01020304': '::ffff:1.2.3.4',
  '20010db8abcd00000000000000000000': '2001:db8:abcd::',
};

for (const [hex, text] of Object.entries(IPV6)) {
  test(`the IPv6 address ${text}`, () => {
    assert.equal(ipv6Text(Buffer.from(hex, 'hex')), text);
  });
}
