import { addTransferOptions, transfer, type TransferOptions } from '../transfer.js';
import type { Verb } from '../verb.js';

/** Copies into the guest. */
export const verb: Verb<TransferOptions> = {
  setUp: (command) => {
    command.argument(
      '<FILES...>',
      'files or folders of this machine, and where to in the guest; a last / means a folder',
    );
    addTransferOptions(command);
  },
  run: async (context, { words, options }) => {
    const [to, from] = split(words);
    return transfer(context, { way: 'put', from, to }, options);
  },
};

/** @returns the last word, or for a single one its own path again; and those before it */
function split(words: readonly string[]): [to: string, from: readonly string[]] {
  const last = words.at(-1) ?? '';
  return words.length === 1 ? [last, words] : [last, words.slice(0, -1)];
}
