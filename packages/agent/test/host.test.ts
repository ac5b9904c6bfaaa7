import assert from 'node:assert/strict';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { parseOsRelease } from '../dist/linux/os-release.js';
import { fixedOffset, parsePosixZone, posixZoneAt } from '../dist/linux/posix-zone.js';
import { parseTzif, tzifAt } from '../dist/linux/tzif.js';
import { parseUtmp, utmpLayout } from '../dist/linux/utmp.js';
import { FakeSystem } from './support/fake-system.js';

let system: FakeSystem;
beforeEach(() => {
  system = new FakeSystem();
});
afterEach(() => system.remove());

/** A record of utmp as the C library lays it out. */
function login(type: number, user: string, seconds: number, microseconds: number, wide = false): Buffer {
  const record = Buffer.alloc(wide ? 400 : 384);
  record.writeInt16LE(type, 0);
  record.write(user, 44, 'latin1');
  record.write('host', 76, 'latin1');
  if (wide) {
    record.writeBigInt64LE(BigInt(seconds), 344);
    record.writeBigInt64LE(BigInt(microseconds), 352);
  } else {
    record.writeUInt32LE(seconds, 340);
    record.writeInt32LE(microseconds, 344);
  }
  return record;
}

const USER = 7;

suite('users', () => {
  test('are listed once, with their first login', async () => {
    const records = [
      login(2, 'reboot', 1, 0),
      login(USER, 'ann', 1_700_000_000, 500_000),
      login(USER, 'bob', 1_700_000_001, 0),
      login(8, 'gone', 1, 0),
      login(USER, 'ann', 1_600_000_000, 0),
    ];
    system.write('utmp', Buffer.concat([...records, Buffer.alloc(100, USER)]));
    assert.equal(
      await system.ask('guest-get-users'),
      '{"return": [{"login-time": 1600000000, "user": "ann"}, {"login-time": 1700000001, "user": "bob"}]}',
    );
  });

  test('are none without utmp', async () => {
    assert.equal(await system.ask('guest-get-users'), '{"return": []}');
  });

  test('have names of up to 32 bytes, and times after 2038', () => {
    const [only] = parseUtmp(login(USER, 'x'.repeat(32), 3_000_000_000, 250_000), utmpLayout('x86_64'));
    assert.equal(Buffer.from(only?.user ?? []).toString(), 'x'.repeat(32));
    assert.equal(only?.time, 3_000_000_000.25);
  });

  test('are laid out more widely on arm64', () => {
    const bytes = Buffer.concat([login(USER, 'a', 5, 0, true), login(USER, 'b', 6, 0, true)]);
    assert.deepEqual(
      parseUtmp(bytes, utmpLayout('aarch64')).map(({ time }) => time),
      [5, 6],
    );
  });
});

suite('os-release', () => {
  const read = (text: string): unknown => Object.fromEntries(parseOsRelease(text));

  test('quotes, comments, blanks', () => {
    const text = `# comment\n\nNAME="B C"\nID='two words'\nA=plain\nB = spaced\nC="" \nD=\nE="it's" # x\nF='a"b'\r\nNAME="last"`;
    assert.deepEqual(read(text), {
      NAME: 'last',
      ID: 'two words',
      A: 'plain',
      B: 'spaced',
      C: '',
      D: '',
      E: "it's",
      F: 'a"b',
    });
  });

  test('escapes count within double quotes', () => {
    assert.deepEqual(read('A="\\$ \\` \\" \\\\ \\n"\nB=\'\\"\'\nC=a\\b'), { A: '$ ` " \\ \\n', B: '\\"', C: 'a\\b' });
  });

  test('a value without quotes is one word', () => {
    assert.deepEqual(read('A=F G\nB=1;2\nC=a"b'), { A: 'F', B: '1', C: 'a"b' });
  });

  test('slips do not hide the rest', () => {
    assert.deepEqual(read('garbage\nA="open\n[group]\nexport B=x\n=y\nC=z'), { A: 'open', C: 'z' });
  });

  test('the file is looked for in three places', async () => {
    const known = '"kernel-release": "6.1.0"';
    const rest = '"kernel-version": "#1 SMP", "machine": "x86_64"';
    assert.equal(await system.ask('guest-get-osinfo'), `{"return": {${known}, ${rest}}}`);
    system.write('os-release.default', 'ID=default\n');
    assert.equal(await system.ask('guest-get-osinfo'), `{"return": {${known}, ${rest}, "id": "default"}}`);
    system.write('os-release', 'ID=first\nNAME=\n');
    assert.equal(await system.ask('guest-get-osinfo'), `{"return": {"name": "", ${known}, ${rest}, "id": "first"}}`);
    system.environment.QGA_OS_RELEASE = '/nonexistent';
    assert.equal(await system.ask('guest-get-osinfo'), `{"return": {${known}, ${rest}}}`);
  });
});

const seconds = (text: string): number => Date.parse(text) / 1000;

suite('zones by rule', () => {
  const at = (rule: string, time: string): string => {
    const zone = parsePosixZone(rule);
    assert.ok(zone, rule);
    const { zone: name, offset } = posixZoneAt(zone, seconds(time));
    return `${name} ${String(offset)}`;
  };

  test('summer begins and ends to the second', () => {
    const berlin = 'CET-1CEST,M3.5.0,M10.5.0/3';
    assert.equal(at(berlin, '2026-03-29T00:59:59Z'), 'CET 3600');
    assert.equal(at(berlin, '2026-03-29T01:00:00Z'), 'CEST 7200');
    assert.equal(at(berlin, '2026-10-25T00:59:59Z'), 'CEST 7200');
    assert.equal(at(berlin, '2026-10-25T01:00:00Z'), 'CET 3600');
  });

  test('summer in the south spans the new year', () => {
    const auckland = 'NZST-12NZDT,M9.5.0,M4.1.0/3';
    assert.equal(at(auckland, '2026-01-01T00:00:00Z'), 'NZDT 46800');
    assert.equal(at(auckland, '2026-07-01T00:00:00Z'), 'NZST 43200');
    assert.equal(at(auckland, '2026-12-01T00:00:00Z'), 'NZDT 46800');
  });

  test('days of the year, with and without the leap day', () => {
    // the 60th day: the 1st of March by the one count, in leap years the 29th of February by the other
    assert.equal(at('AAA0BBB,J60/0,J365/0', '2024-02-29T23:59:59Z'), 'AAA 0');
    assert.equal(at('AAA0BBB,J60/0,J365/0', '2024-03-01T00:00:00Z'), 'BBB 3600');
    assert.equal(at('AAA0BBB,59/0,364/0', '2024-02-29T00:00:00Z'), 'BBB 3600');
    assert.equal(at('AAA0BBB,59/0,364/0', '2023-02-28T23:59:59Z'), 'AAA 0');
  });

  test('odd offsets and changes', () => {
    assert.equal(at('IST-5:30', '2026-01-01T00:00:00Z'), 'IST 19800');
    assert.equal(at('<+03>-3', '2026-01-01T00:00:00Z'), '+03 10800');
    assert.equal(at('UTC0', '2026-01-01T00:00:00Z'), 'UTC 0');
    assert.equal(at('<-02>2<-01>,M3.5.0/-1,M10.5.0/0', '2026-07-01T00:00:00Z'), '-01 -3600');
    assert.equal(at('EST5EDT', '2026-07-01T00:00:00Z'), 'EDT -14400');
  });

  test('other texts are no rules', () => {
    for (const text of ['', 'FOO', 'X1', 'CET-1CEST,M3', 'CET-1CEST,M3.6.0,M10.5.0', 'Europe/Berlin']) {
      assert.equal(parsePosixZone(text), undefined, text);
    }
  });

  test('bare offsets', () => {
    assert.deepEqual(fixedOffset('+03:30'), { zone: '+03:30', offset: 12_600 });
    assert.deepEqual(fixedOffset('-0800'), { zone: '-0800', offset: -28_800 });
    assert.deepEqual(fixedOffset('Z'), { zone: 'Z', offset: 0 });
    for (const text of ['+25', 'UTC', '', '+01:60']) assert.equal(fixedOffset(text), undefined, text);
  });
});

/** A compiled zone of version 2: LMT until 1990, then AAA, from 2000 on BBB; its footer decides afterwards. */
function compiledZone(footer: string): Buffer {
  const header = (times: number, types: number, chars: number): Buffer => {
    const bytes = Buffer.alloc(44);
    bytes.write('TZif2', 0, 'latin1');
    [0, 0, 0, times, types, chars].forEach((count, index) => bytes.writeUInt32BE(count, 20 + 4 * index));
    return bytes;
  };
  const type = (offset: number, name: number): Buffer => {
    const bytes = Buffer.alloc(6);
    bytes.writeInt32BE(offset, 0);
    bytes.writeUInt8(name, 5);
    return bytes;
  };
  const change = (time: string): Buffer => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64BE(BigInt(seconds(time)));
    return bytes;
  };
  return Buffer.concat([
    ...[header(0, 1, 4), type(0, 0), Buffer.from('OLD\0')],
    ...[header(2, 3, 12), change('1990-01-01T00:00:00Z'), change('2000-01-01T00:00:00Z'), Buffer.from([1, 2])],
    ...[type(100, 0), type(3600, 4), type(-7200, 8), Buffer.from('LMT\0AAA\0BBB\0')],
    Buffer.from(`\n${footer}\n`),
  ]);
}

suite('compiled zones', () => {
  const at = (bytes: Uint8Array, time: string): string => {
    const zone = parseTzif(bytes);
    assert.ok(zone);
    const { zone: name, offset } = tzifAt(zone, seconds(time));
    return `${name} ${String(offset)}`;
  };

  test('before, between and after the changes', () => {
    assert.equal(at(compiledZone(''), '1980-01-01T00:00:00Z'), 'LMT 100');
    assert.equal(at(compiledZone(''), '1995-01-01T00:00:00Z'), 'AAA 3600');
    assert.equal(at(compiledZone(''), '2026-01-01T00:00:00Z'), 'BBB -7200');
    assert.equal(at(compiledZone('CCC-5'), '2026-01-01T00:00:00Z'), 'CCC 18000');
  });

  test('broken files are none', () => {
    const bytes = compiledZone('CCC-5');
    for (const length of [0, 3, 43, 60, 100, 120]) assert.equal(parseTzif(bytes.subarray(0, length)), undefined);
    assert.equal(parseTzif(Buffer.from('not a zone, but long enough to hold a header of that size')), undefined);
  });
});

suite('the local zone', () => {
  test('is UTC when nothing is set', async () => {
    assert.equal(await system.ask('guest-get-timezone'), '{"return": {"zone": "UTC", "offset": 0}}');
  });

  test('is what localtime says, read anew each time', async () => {
    system.write('localtime', compiledZone(''));
    assert.equal(await system.ask('guest-get-timezone'), '{"return": {"zone": "BBB", "offset": -7200}}');
    system.write('localtime', compiledZone('CCC-5'));
    assert.equal(await system.ask('guest-get-timezone'), '{"return": {"zone": "CCC", "offset": 18000}}');
    system.write('localtime', 'rubbish');
    assert.equal(await system.ask('guest-get-timezone'), '{"return": {"zone": "UTC", "offset": 0}}');
  });

  test('is what TZ says first', async () => {
    system.write('localtime', compiledZone(''));
    const answers = { '': 'UTC', '+01:00': '+01:00', 'XYZ-2': 'XYZ', nowhere: 'UTC', [system.paths.localtime]: 'BBB' };
    for (const [variable, zone] of Object.entries(answers)) {
      system.environment.TZ = variable;
      const reply = await system.ask('guest-get-timezone');
      assert.ok(reply.includes(`"zone": "${zone}"`), `${variable}: ${reply}`);
    }
  });
});

test('host name and load', async () => {
  assert.equal(await system.ask('guest-get-host-name'), '{"return": {"host-name": "guest"}}');
  system.nodename = '';
  assert.equal(await system.ask('guest-get-host-name'), '{"return": {"host-name": ""}}');
  assert.equal(await system.ask('guest-get-load'), '{"return": {"load15m": 0, "load5m": 0.25, "load1m": 0.5}}');
});
