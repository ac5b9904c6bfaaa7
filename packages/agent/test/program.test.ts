import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { offeredCommands } from '../dist/agent.js';
import {
  ask,
  connect,
  finished,
  hosts,
  runProgram,
  startProgram,
  temporaryFolder,
  type Host,
} from './support/agent-process.js';

/** What the program does on any host. */
function programSuite(host: Host): void {
  let place: ReturnType<typeof temporaryFolder>;
  let socket: string;
  beforeEach(() => {
    place = temporaryFolder();
    socket = path.join(place.folder, 'socket');
  });
  afterEach(() => place.remove());

  test('--version, --help and -b help end well', async () => {
    const version = await runProgram(host, ['--version']);
    assert.deepEqual([version.code, version.stderr], [0, '']);
    assert.match(version.stdout, /^QEMU Guest Agent \d+\.\d+\.\d+ \(qga \d+\.\d+\.\d+\)\n$/);
    assert.match((await runProgram(host, ['-h'])).stdout, /--fsfreeze-hook/);
    const list = (await runProgram(host, ['-b', 'help'])).stdout.split('\n');
    assert.deepEqual(list, [...offeredCommands, '']);
  });

  test('settings come from QGA_CONF, then -c, then the command line', async () => {
    const file = path.join(place.folder, 'conf');
    writeFileSync(file, '[general]\nmethod=isa-serial\npidfile=/var/foo/p\n');
    for (const { stdout, stderr } of [
      await runProgram(host, ['-D', '-v'], { QGA_CONF: file }),
      await runProgram(host, ['-D', '-v', '-c', file]),
    ]) {
      assert.equal(stderr, '');
      assert.match(
        stdout,
        /method=isa-serial\npath=\/dev\/ttyS0\npidfile=\/var\/foo\/p\nstatedir=\/var\/run\nverbose=true\n/,
      );
    }
  });

  const wrong: readonly (readonly [string[], RegExp])[] = [
    [['--foo'], /^qemu-ga: unrecognized option '--foo'; try 'qemu-ga --help'\n$/],
    [['-m', 'bogus', '-p', 'x'], /^qemu-ga: unsupported channel method\/type: bogus \(-m, method\)/],
    [['-m', 'unix-listen'], /^qemu-ga: must specify a path for this channel \(-p, path\)/],
    [['-c', '/nonexistent/conf'], /^qemu-ga: error loading configuration from path: \/nonexistent\/conf, No such file/],
    [
      ['-l', '/nonexistent/log'],
      /^qemu-ga: unable to open specified log file: No such file or directory \(-l, logfile\)/,
    ],
    [['-t', '/nonexistent'], /^qemu-ga: unable to create state file at path \/nonexistent\/qga.state: No such file/],
  ];
  for (const [args, message] of wrong) {
    test(`${args.join(' ')}: one line on standard error, exit code 1`, async () => {
      const { code, stdout, stderr } = await runProgram(host, args);
      assert.deepEqual([code, stdout, stderr.split('\n').length], [1, '', 2]);
      assert.match(stderr, message);
    });
  }

  const closed: readonly (readonly [string[], RegExp])[] = [
    [['-m', 'virtio-serial', '-p', '/nonexistent/port'], /error opening channel '\/nonexistent\/port': No such file/],
    [['-m', 'isa-serial', '-p', '/dev/null'], /error opening channel '\/dev\/null': Inappropriate ioctl for device/],
    [['-m', 'unix-listen', '-p', `/${'x'.repeat(120)}`], /UNIX socket path '.*' is too long/],
    [['-m', 'vsock-listen', '-p', '1234'], /error parsing address '1234'/],
    [['-m', 'vsock-listen', '-p', 'x:1'], /Failed to parse cid 'x'/],
    [['-m', 'vsock-listen', '-p', '1:1234x'], /Failed to parse port '1234x'/],
  ];
  for (const [args, message] of closed) {
    test(`${args.join(' ').slice(0, 50)}: a channel that cannot be opened is fatal`, async () => {
      const { code, stderr } = await runProgram(host, [...args, '-t', place.folder]);
      assert.equal(code, 1);
      assert.match(stderr, message);
      assert.match(stderr, /^\d+\.\d{6}: critical: /);
    });
  }

  test('serves until SIGTERM, with a socket for its owner only', async () => {
    const agent = startProgram(host, ['-m', 'unix-listen', '-p', socket, '-t', place.folder]);
    const end = finished(agent);
    const client = await connect(socket);
    assert.equal(await ask(client, '{"execute":"guest-ping"}'), '{"return": {}}\n');
    assert.equal(statSync(socket).mode & 0o777, 0o600);
    agent.kill('SIGTERM');
    assert.deepEqual(await end, { code: 0, stdout: '', stderr: '' });
    client.destroy();
  });

  test('-d returns when the channel is open; the pid file is locked and goes with the agent', async () => {
    const pidfile = path.join(place.folder, 'pid');
    const args = ['-d', '-m', 'unix-listen', '-p', socket, '-t', place.folder, '-f', pidfile];
    assert.deepEqual(await runProgram(host, args), { code: 0, stdout: '', stderr: '' });
    const pid = Number(readFileSync(pidfile, 'utf8'));
    try {
      const client = await connect(socket);
      assert.equal(await ask(client, '{"execute":"guest-ping"}'), '{"return": {}}\n');
      client.destroy();
      const second = await runProgram(host, [...args, '-p', `${socket}2`]);
      assert.equal(second.code, 1);
      assert.match(second.stderr, /Cannot lock pid file .*: Resource temporarily unavailable/);
      assert.ok(existsSync(pidfile), 'the second start must leave the pid file of the first');
    } finally {
      process.kill(pid, 'SIGTERM');
    }
    for (let waited = 0; existsSync(pidfile) && waited < 100; waited++)
      await new Promise((resolve) => setTimeout(resolve, 50));
    assert.ok(!existsSync(pidfile));
  });

  test('-d takes relative paths from where it was called', async () => {
    const from = process.cwd();
    process.chdir(place.folder);
    const outcome = await runProgram(host, '-d -m unix-listen -p socket -t . -f pid -l log'.split(' '));
    process.chdir(from);
    assert.equal(outcome.code, 0, outcome.stderr);
    const pid = Number(readFileSync(path.join(place.folder, 'pid'), 'utf8'));
    const client = await connect(socket);
    assert.equal(await ask(client, '{"execute":"guest-file-open","arguments":{"path":"etc"}}'), '{"return": 1000}\n');
    client.destroy();
    process.kill(pid, 'SIGTERM');
    assert.match(readFileSync(path.join(place.folder, 'qga.state'), 'utf8'), /fd_counter=1001/);
  });

  test('-d tells the caller of a channel that cannot be opened', async () => {
    const args = [
      '-d',
      '-m',
      'virtio-serial',
      '-p',
      '/nonexistent/port',
      '-t',
      place.folder,
      '-f',
      path.join(place.folder, 'pid'),
    ];
    const { code, stderr } = await runProgram(host, args);
    assert.equal(code, 1);
    assert.match(stderr, /error opening channel '\/nonexistent\/port'/);
  });

  test('-r waits for a channel that is not there yet', async () => {
    const agent = startProgram(host, [
      '-r',
      '-m',
      'virtio-serial',
      '-p',
      '/nonexistent/port',
      '-t',
      place.folder,
      '-v',
    ]);
    const end = finished(agent);
    await new Promise<void>((resolve) =>
      agent.stderr?.on('data', (text: string) => text.includes('waiting') && resolve()),
    );
    agent.kill('SIGTERM');
    const { code, stderr } = await end;
    assert.equal(code, 0);
    assert.match(stderr, /error opening channel[^]*waiting 5 s before \/nonexistent\/port is opened again/);
  });
}

for (const host of hosts) {
  suite(`the program on ${host.name}`, { skip: host.missing }, () => programSuite(host));
}
