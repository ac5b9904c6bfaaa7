import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseUdevRecord, parseUevent } from '../dist/linux/uevent.js';

test('a uevent file', () => {
  const uevent = parseUevent('MAJOR=104\nMINOR=0\nDEVNAME=cciss/c0d0\nDEVTYPE=disk\nEMPTY=\n=odd\nodd\n');
  assert.deepEqual([...uevent.keys()], ['MAJOR', 'MINOR', 'DEVNAME', 'DEVTYPE', 'EMPTY']);
  assert.equal(uevent.get('DEVNAME'), 'cciss/c0d0');
});

test("a record of udev's database: only properties count", () => {
  const text = 'S:disk/by-id/ata-X_1\nI:1520421\nE:ID_SERIAL=X_1=2\nE:DM_NAME=vg0-root\nG:systemd\nQ:systemd\nV:1\n';
  assert.deepEqual(Object.fromEntries(parseUdevRecord(text)), { ID_SERIAL: 'X_1=2', DM_NAME: 'vg0-root' });
});
