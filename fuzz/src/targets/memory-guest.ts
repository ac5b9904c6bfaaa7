import { SystemError, type Platform, type ProcessOptions, type RunningProcess } from '@qga/agent/core';
import type { ByteKernels } from '@qga/protocol';
import { MemoryFiles } from './memory-files.js';

const EPERM = 1;
const ENOENT = 2;
const HOUR = 3_600_000;

const MOUNTS = `22 1 254:1 / / rw - ext4 /dev/vda1 rw
23 22 0:5 / /proc rw - proc proc rw
24 22 254:16 / /mnt/data\\040one rw shared:1 - ext4 /dev/vdb rw
`;
const UDP = '  eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n';

/** What a small guest has, of all that the agent looks at. */
const FILES: Readonly<Record<string, string>> = {
  '/proc/self/mountinfo': MOUNTS,
  '/proc/stat': 'cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1 2 3 4 5 6 7 8 9 10\nbtime 1\n',
  '/proc/diskstats': ' 254       0 vda 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17\n',
  '/proc/net/dev': `Inter-|   Receive\n face |bytes\n${UDP}`,
  '/proc/net/route': 'Iface Destination Gateway\neth0 00000000 0100A8C0 0003 0 0 0 00000000 0 0 0\n',
  '/proc/net/ipv6_route': `${'0'.repeat(32)} 00 ${'0'.repeat(32)} 00 ${'0'.repeat(32)} ffffffff 00000001 00000000 00200200 lo\n`,
  '/etc/os-release': 'ID=test\nNAME="Test OS"\nPRETTY_NAME=\'Test OS 1\'\nVERSION_ID=1\n',
  '/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nguest:x:0:0::/home/guest:/bin/sh\n',
  '/home/guest/.ssh/authorized_keys': 'ssh-ed25519 AAAA one\n',
  '/sys/devices/system/cpu/cpu0/online': '1\n',
  '/sys/devices/system/cpu/cpu1/online': '0\n',
  '/sys/devices/system/memory/block_size_bytes': '8000000\n',
  '/sys/devices/system/memory/memory0/state': 'online\n',
  '/sys/power/state': 'freeze mem disk\n',
  '/bin/true': 'ELF',
  '/bin/sh': 'ELF',
  '/sbin/shutdown': 'ELF',
  '/sbin/hwclock': 'ELF',
  '/usr/sbin/chpasswd': 'ELF',
  '/tmp/data': 'some text\nand more of it\x00\xff',
  '/state/keep': '',
};

/** A guest that exists in memory only: whatever is asked of it harms nobody. */
export class MemoryGuest {
  readonly files = new MemoryFiles(FILES);
  /** what the agent logged */
  readonly log: string[] = [];
  readonly platform: Platform;
  #now = 0;

  constructor(kernels: ByteKernels) {
    this.platform = {
      kernels,
      files: this.files,
      processes: { start: (options) => this.#start(options) },
      system: {
        uname: () => ({ nodename: 'guest', release: '6.1.0', version: '#1 SMP', machine: 'x86_64' }),
        loadAverages: () => [0.5, 0.25, 0],
        environment: () => undefined,
        lockMemory: () => undefined,
        setTime: () => {
          throw new SystemError(EPERM);
        },
        netlink: () => Promise.reject(new SystemError(EPERM)),
      },
      // time passes with every look, and no limit is ever reached
      clock: { now: () => BigInt(++this.#now), monotonic: () => ++this.#now % HOUR, after: () => () => undefined },
      logs: { write: (text) => this.log.push(text), syslog: (_, text) => this.log.push(text) },
      sha256: () => new Uint8Array(32),
    };
  }

  /** Every program ends at once, well, and says what it was fed. */
  async #start({ file, stdin, stdout }: ProcessOptions): Promise<RunningProcess> {
    if (!(await this.files.executable(file))) throw new SystemError(ENOENT);
    const said = stdin === 'null' || stdout === 'null' ? [] : [stdin];
    return {
      pid: ++this.#now,
      stdout: inOrder(said),
      stderr: inOrder([]),
      exited: Promise.resolve({ code: 0, signal: undefined }),
      kill: () => undefined,
      release: () => undefined,
    };
  }
}

async function* inOrder(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
