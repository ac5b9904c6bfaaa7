import { addTransferOptions, transfer, type TransferOptions } from '../transfer.js';
import type { Verb } from '../verb.js';

/** Copies out of the guest. */
export const verb: Verb<TransferOptions> = {
  setUp: (command) => {
    command.argument(
      '<FILES...>',
      'files or folders of the guest, and where to on this machine; a single one goes to the current folder; of several ' +
        'guests each gets a folder of its name',
    );
    addTransferOptions(command);
  },
  run: async (context, { words, options }) => {
    const from = words.length === 1 ? words : words.slice(0, -1);
    const to = words.length === 1 ? './' : (words.at(-1) ?? './');
    return transfer(context, { way: 'get', from, to }, options);
  },
};
