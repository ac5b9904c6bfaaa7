import { Context } from '../context.js';
import { addTransferOptions, transfer, type TransferOptions } from '../transfer.js';
import { UsageError } from '../usage-error.js';
import type { Verb } from '../verb.js';

/** A path in a guest: `web-1:/etc/hosts`, or `:/etc/hosts` for the guests that -g means. */
const REMOTE = /^([^/:]*):(.*)$/s;

/** Copies either way, as scp writes it. */
export const verb: Verb<TransferOptions> = {
  setUp: (command) => {
    command.argument('<FILES...>', 'from where, and to where; a path in a guest is GUEST:PATH, or :PATH with -g');
    command.option('-r, --recursive', 'accepted for habit: folders are copied with all that is in them anyway');
    addTransferOptions(command);
  },
  run: async (context, { words, options }) => {
    if (words.length < 2) throw new UsageError('cp wants from where and to where');
    const places = words.map((word) => REMOTE.exec(word) ?? undefined);
    const last = places.at(-1);
    const sources = places.slice(0, -1);
    const remote = sources.filter((place) => place !== undefined);
    if ((last === undefined) === (remote.length === 0)) throw new UsageError(ONE_SIDE);
    if (last === undefined && remote.length < sources.length) throw new UsageError(ONE_SIDE);
    const names = new Set([last, ...remote].map((place) => place?.[1] ?? '').filter((name) => name !== ''));
    const guest = [...(context.globals.guest ?? []), ...names];
    const own = names.size === 0 ? context : new Context({ ...context.globals, guest }, context.program);
    const path = (at: number): string => places.at(at)?.[2] ?? words.at(at) ?? '';
    const from = words.slice(0, -1).map((_, at) => path(at));
    return transfer(own, { way: last === undefined ? 'get' : 'put', from, to: path(-1) }, options);
  },
};

const ONE_SIDE = 'one side is to be in a guest (GUEST:PATH, or :PATH with -g), the other on this machine';
