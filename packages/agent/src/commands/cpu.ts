import { AgentError, type GuestLogicalProcessor } from '@qga/protocol';
import type { CommandSet } from '../core/command.js';
import type { Context } from '../core/context.js';
import { readTextFile } from '../core/read-file.js';
import type { Received } from '../core/received.js';
import { said } from '../core/said.js';
import { isErrno } from '../core/system-error.js';
import { parseCpuStats } from '../linux/cpu-stats.js';
import { ENOENT, O_CLOEXEC, O_RDONLY, O_RDWR, SEEK_SET } from '../linux/constants.js';
import type { FileDescriptor, Files } from '../platform.js';

const ZERO = '0'.charCodeAt(0);
const ONE = '1'.charCodeAt(0);

export const cpuCommands = {
  'guest-get-vcpus': {
    async run(_, { paths, platform }) {
      const names = await said(`failed to list entries: ${paths.cpus}`, () => platform.files.readdir(paths.cpus));
      const processors: GuestLogicalProcessor[] = [];
      for (const name of names) {
        const [, number] = /^cpu(\d+)$/.exec(name) ?? [];
        if (number === undefined) continue;
        const online = await readOnline(platform.files, `${paths.cpus}/${name}/`);
        const known = { online: online ?? true, 'can-offline': online !== undefined };
        processors.push({ 'logical-id': Number(number), ...known });
      }
      return processors;
    },
  },

  'guest-set-vcpus': {
    async run({ vcpus }, context) {
      let done = 0;
      try {
        for (const vcpu of vcpus) {
          await setOnline(context, vcpu);
          done += 1;
        }
      } catch (error) {
        // the client sees from the number that not all were done, and asks again with the rest
        if (done === 0 || !(error instanceof AgentError)) throw error;
      }
      return done;
    },
  },

  'guest-get-cpustats': {
    async run(_, { paths, platform }) {
      const what = `Could not open '${paths.procStat}'`;
      return parseCpuStats(await said(what, () => readTextFile(platform, paths.procStat)));
    },
  },
} satisfies Partial<CommandSet>;

async function setOnline({ paths, platform }: Context, vcpu: Received<GuestLogicalProcessor>): Promise<void> {
  const { files } = platform;
  const id = String(vcpu['logical-id']);
  const directory = `${paths.cpus}/cpu${id}/`;
  await said(`Could not open '${directory}'`, () => files.stat(directory));
  const known = await withOnlineFile(files, directory, O_RDWR, async (file, name) => {
    if ((await readFlag(files, file, name)) === vcpu.online) return;
    await files.lseek(file, 0n, SEEK_SET);
    await said(`pwrite("${name}")`, () => files.write(file, Uint8Array.of(vcpu.online ? ONE : ZERO)));
  });
  if (!known && !vcpu.online) throw new AgentError(`logical processor #${id} can't be offlined`);
}

/** @returns undefined for a processor that is always on line, and so has no file that tells */
async function readOnline(files: Files, directory: string): Promise<boolean | undefined> {
  let online: boolean | undefined;
  await withOnlineFile(files, directory, O_RDONLY, async (file, name) => {
    online = await readFlag(files, file, name);
  });
  return online;
}

/** Works on the file that tells whether a processor is on line. @returns false when there is none */
async function withOnlineFile(
  files: Files,
  directory: string,
  flags: number,
  work: (file: FileDescriptor, name: string) => Promise<void>,
): Promise<boolean> {
  const name = `${directory}/online`;
  let file: FileDescriptor;
  try {
    file = await files.open(name, flags | O_CLOEXEC);
  } catch (error) {
    if (isErrno(error, ENOENT)) return false;
    if (!isErrno(error)) throw error;
    throw new AgentError(`could not open ${name}: ${error.message}`);
  }
  try {
    await work(file, name);
    return true;
  } finally {
    await files.close(file);
  }
}

async function readFlag(files: Files, file: FileDescriptor, name: string): Promise<boolean> {
  const byte = new Uint8Array(1);
  const count = await said(`pread("${name}")`, () => files.read(file, byte));
  if (count === 0) throw new AgentError(`pread("${name}"): unexpected EOF`);
  return byte[0] !== ZERO;
}
