import { AgentError, encodeModifiedUtf8 } from '@qga/protocol';
import type { CommandSet } from '../core/command.js';
import type { Context } from '../core/context.js';
import { decodeLossy } from '../core/lossy.js';
import { latin1, readTextFile } from '../core/read-file.js';
import { isErrno } from '../core/system-error.js';
import { isMissing, UserFile } from '../core/user-file.js';
import { addKeys, joinLines, keyLines, listKeys, removeKeys } from '../linux/authorized-keys.js';
import { findUser } from '../linux/passwd.js';

const DIRECTORY = '.ssh';
const FILE = 'authorized_keys';

export const sshCommands = {
  'guest-ssh-get-authorized-keys': {
    async run({ username }, context) {
      const file = await keyFile(context, username);
      const lines = await readLines(file);
      if (lines === undefined) {
        throw cannotRead(file, `Failed to open file “${file.path}”: No such file or directory`);
      }
      return { keys: listKeys(lines).map((key) => decodeLossy(context.platform.kernels, bytesOf(key))) };
    },
  },

  'guest-ssh-add-authorized-keys': {
    run: ({ username, keys, reset = false }, context) =>
      context.authorizedKeys.run(async () => {
        const added = keys.map(checkedKey);
        const file = await keyFile(context, username);
        const old = reset ? [] : ((await readLines(file)) ?? []);
        await writeLines(file, addKeys(old, added));
        return {};
      }),
  },

  'guest-ssh-remove-authorized-keys': {
    run: ({ username, keys }, context) =>
      context.authorizedKeys.run(async () => {
        const removed = keys.map(checkedKey);
        const file = await keyFile(context, username);
        const old = await readLines(file);
        if (old === undefined) return {};
        const left = removeKeys(old, removed);
        if (left.length < old.length) await writeLines(file, left);
        return {};
      }),
  },
} satisfies Partial<CommandSet>;

/** A key as it stands in the file, one character a byte. @throws AgentError when it is no single line, or a comment */
function checkedKey(key: string): string {
  if (key.startsWith('#') || key.includes('\n')) throw new AgentError(`invalid OpenSSH public key: '${key}'`);
  return latin1(encodeModifiedUtf8(key));
}

/** @throws AgentError when there is no such user, or the policy does not permit it */
async function keyFile({ guard, paths, platform }: Context, username: string): Promise<UserFile> {
  guard.checkUser('ssh-users', username);
  let text = '';
  try {
    text = await readTextFile(platform, paths.passwd);
  } catch (error) {
    if (!isErrno(error)) throw error;
    throw new AgentError(`failed to lookup user '${username}': ${error.message}`);
  }
  const user = findUser(text, username);
  // QEMU appends the text of an errno that is not set
  if (user === undefined) throw new AgentError(`failed to lookup user '${username}': Success`);
  return new UserFile(platform, paths, user, DIRECTORY, FILE);
}

/** @returns undefined when there is no file */
async function readLines(file: UserFile): Promise<string[] | undefined> {
  try {
    return keyLines(latin1(await file.read()));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw isErrno(error) ? cannotRead(file, error.message) : error;
  }
}

async function writeLines(file: UserFile, lines: readonly string[]): Promise<void> {
  try {
    await file.replace(bytesOf(joinLines(lines)));
  } catch (error) {
    if (!isErrno(error)) throw error;
    throw new AgentError(`failed to write '${file.path}': ${error.message}`);
  }
}

function cannotRead(file: UserFile, why: string): AgentError {
  return new AgentError(`failed to read '${file.path}': ${why}`);
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
