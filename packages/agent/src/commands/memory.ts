import { AgentError, type GuestMemoryBlock, type GuestMemoryBlockResponse } from '@qga/protocol';
import type { CommandSet } from '../core/command.js';
import type { Context } from '../core/context.js';
import { ifThere } from '../core/if-there.js';
import type { Received } from '../core/received.js';
import { said } from '../core/said.js';
import { isErrno } from '../core/system-error.js';
import { ENOENT, O_CLOEXEC, O_RDONLY, O_WRONLY } from '../linux/constants.js';
import { errnoText } from '../linux/errno.js';
import type { FileDescriptor, Files } from '../platform.js';

/** The attributes read here are words and numbers. */
const ATTRIBUTE_SIZE = 64;
/** A large guest has thousands of blocks: so many are read together. */
const AT_A_TIME = 64;

export const memoryCommands = {
  'guest-get-memory-blocks': {
    async run(_, { paths, platform }) {
      const names = await listBlocks(platform.files, paths.memoryBlocks);
      if (names === undefined) return [];
      const blocks: GuestMemoryBlock[] = [];
      for (let at = 0; at < names.length; at += AT_A_TIME) {
        const some = names.slice(at, at + AT_A_TIME);
        blocks.push(...(await allOf(some.map((name) => readBlock(platform.files, paths.memoryBlocks, name)))));
      }
      if (blocks.length === 0) throw new AgentError('guest reported zero memory blocks!');
      return blocks;
    },
  },

  'guest-set-memory-blocks': {
    async run({ 'mem-blks': blocks }, context) {
      const responses: GuestMemoryBlockResponse[] = [];
      for (const block of blocks) responses.push(await setBlock(context, block));
      return responses;
    },
  },

  'guest-get-memory-block-info': {
    async run(_, { paths, platform }) {
      const directory = paths.memoryBlocks;
      await said(`open("${directory}")`, () => platform.files.stat(directory));
      const text = await readIfThere(platform.files, directory, 'block_size_bytes');
      if (text === undefined) throw new AgentError(`open sysfs file "block_size_bytes": ${errnoText(ENOENT)}`);
      const size = Number.parseInt(text, 16);
      return { size: Number.isNaN(size) ? 0 : size };
    },
  },
} satisfies Partial<CommandSet>;

/** @returns names of the blocks' directories; undefined where the kernel knows no memory blocks */
async function listBlocks(files: Files, directory: string): Promise<string[] | undefined> {
  try {
    return (await files.readdir(directory)).filter((name) => /^memory\d+$/.test(name));
  } catch (error) {
    if (isErrno(error, ENOENT)) return undefined;
    if (!isErrno(error)) throw error;
    throw new AgentError(`Can't open directory "${directory}": ${error.message}`);
  }
}

async function readBlock(files: Files, parent: string, name: string): Promise<GuestMemoryBlock> {
  const directory = `${parent}${name}/`;
  const index = Number(name.slice('memory'.length));
  const state = await readIfThere(files, directory, 'state');
  // a kernel so old that it has nothing to say about a block but that it is there
  if (state === undefined) return { 'phys-index': index, online: true, 'can-offline': false };
  const removable = (await readIfThere(files, directory, 'removable')) ?? '0';
  return { 'phys-index': index, online: isOnline(state), 'can-offline': !removable.startsWith('0') };
}

/** The state is a word that may have a suffix, as in `online_movable`. */
function isOnline(state: string): boolean {
  return state.startsWith('online');
}

async function setBlock(
  { paths, platform }: Context,
  { 'phys-index': index, online }: Received<GuestMemoryBlock>,
): Promise<GuestMemoryBlockResponse> {
  const { files } = platform;
  const directory = `${paths.memoryBlocks}memory${String(index)}/`;
  // echoed as it came: the number may need all 64 bits
  const block = { 'phys-index': index as number };
  try {
    if (!(await exists(files, directory))) {
      const response = (await exists(files, paths.memoryBlocks)) ? 'not-found' : 'operation-not-supported';
      return { ...block, response, 'error-code': ENOENT };
    }
    const state = `${directory}state`;
    if (await exists(files, state)) {
      if (isOnline(await read(files, state)) !== online) await write(files, state, online ? 'online' : 'offline');
    } else if (!online) return { ...block, response: 'operation-not-supported', 'error-code': ENOENT };
    return { ...block, response: 'success' };
  } catch (error) {
    if (!isErrno(error)) throw error;
    return { ...block, response: 'operation-failed', 'error-code': error.errno };
  }
}

/** @throws SystemError for any other reason than that there is none */
async function exists(files: Files, path: string): Promise<boolean> {
  try {
    await files.stat(path);
    return true;
  } catch (error) {
    if (isErrno(error, ENOENT)) return false;
    throw error;
  }
}

/** Waits for all, also when one fails: none is to be at work when the reply is sent. */
async function allOf<T>(work: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

async function readIfThere(files: Files, directory: string, name: string): Promise<string | undefined> {
  const quick = await readInOneGo(files, `${directory}${name}`);
  if (quick !== undefined) return quick;
  let file: FileDescriptor;
  try {
    file = await files.open(`${directory}${name}`, O_RDONLY | O_CLOEXEC);
  } catch (error) {
    if (isErrno(error, ENOENT)) return undefined;
    if (!isErrno(error)) throw error;
    throw new AgentError(`open sysfs file "${name}": ${error.message}`);
  }
  const text = await said(`pread sysfs file "${name}"`, () => readAndClose(files, file));
  if (text === '') throw new AgentError(`pread sysfs file "${name}": unexpected EOF`);
  return text;
}

/** @returns undefined when the host cannot, or when it fails: the long way tells why */
async function readInOneGo(files: Files, path: string): Promise<string | undefined> {
  if (files.readSmall === undefined) return undefined;
  const bytes = new Uint8Array(ATTRIBUTE_SIZE);
  const count = await ifThere(files.readSmall(path, bytes));
  return count === undefined || count === 0 ? undefined : String.fromCharCode(...bytes.subarray(0, count));
}

async function read(files: Files, path: string): Promise<string> {
  return readAndClose(files, await files.open(path, O_RDONLY | O_CLOEXEC));
}

async function readAndClose(files: Files, file: FileDescriptor): Promise<string> {
  try {
    const bytes = new Uint8Array(ATTRIBUTE_SIZE);
    return String.fromCharCode(...bytes.subarray(0, await files.read(file, bytes)));
  } finally {
    await files.close(file);
  }
}

async function write(files: Files, path: string, word: string): Promise<void> {
  const file = await files.open(path, O_WRONLY | O_CLOEXEC);
  try {
    await files.write(
      file,
      Uint8Array.from(word, (letter) => letter.charCodeAt(0)),
    );
  } finally {
    await files.close(file);
  }
}
