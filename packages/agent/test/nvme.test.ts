import assert from 'node:assert/strict';
import { endianness } from 'node:os';
import { test } from 'node:test';
import { parseSmartLog, SMART_LOG_SIZE, smartLogCommand } from '../dist/linux/nvme.js';

test('the command asks for log page 2 of the whole controller', { skip: endianness() === 'BE' }, () => {
  const command = Buffer.from(smartLogCommand());
  assert.equal(command.length, 72);
  assert.equal(command.readUInt8(0), 2);
  assert.equal(command.readUInt32LE(4), 0xffffffff);
  assert.equal(command.readUInt32LE(36), SMART_LOG_SIZE);
  assert.equal(command.readUInt32LE(40), 0x007f0002);
});

test('a health record', () => {
  const log = Buffer.alloc(SMART_LOG_SIZE);
  log.writeUInt8(4, 0);
  log.writeUInt16LE(323, 1);
  log.writeUInt8(100, 3);
  log.writeUInt8(10, 4);
  log.writeUInt8(255, 5);
  for (let counter = 0; counter < 10; counter++) {
    log.writeBigUInt64LE(BigInt(counter + 1), 32 + 16 * counter);
    log.writeBigUInt64LE(BigInt(counter + 101), 40 + 16 * counter);
  }
  const smart = parseSmartLog(log);
  assert.equal(smart['critical-warning'], 4);
  assert.equal(smart.temperature, 323);
  assert.equal(smart['available-spare'], 100);
  assert.equal(smart['available-spare-threshold'], 10);
  assert.equal(smart['percentage-used'], 255);
  assert.equal(smart['data-units-read-lo'], 1);
  assert.equal(smart['data-units-written-hi'], 102);
  assert.equal(smart['number-of-error-log-entries-lo'], 10);
  assert.equal(Object.keys(smart).length, 25);
});

test('nonsense stays an integer', () => {
  const smart = parseSmartLog(new Uint8Array(SMART_LOG_SIZE).fill(0xff));
  assert.equal(smart['media-errors-hi'], Number.MAX_SAFE_INTEGER);
});
