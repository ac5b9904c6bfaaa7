import { formatBytes, formatShare } from '../output/units.js';
import { perGuest } from '../per-guest.js';
import { readMemory } from './meminfo.js';
import { ifPossible } from './optional.js';

/** Memory, as the guest's kernel counts it, and its blocks where there are any. */
export const verb = perGuest({
  ask: async (guest) => {
    const memory = await readMemory(guest);
    const blocks = await ifPossible(guest.call('guest-get-memory-blocks'));
    const info = await ifPossible(guest.call('guest-get-memory-block-info'));
    const online = blocks?.filter((block) => block.online).length ?? 0;
    return {
      ...memory,
      ...(blocks === undefined || info === undefined
        ? {}
        : { blocks: { size: info.size, count: blocks.length, online } }),
    };
  },
  show: ({ total, available, swapTotal, swapFree, blocks }) => ({
    head: ['', 'TOTAL', 'USED', 'AVAILABLE', 'USE%'],
    right: ['TOTAL', 'USED', 'AVAILABLE', 'USE%'],
    rows: [row('memory', total, available), row('swap', swapTotal, swapFree)],
    notes:
      blocks === undefined
        ? []
        : [`${String(blocks.online)} of ${String(blocks.count)} blocks of ${formatBytes(blocks.size)} are online`],
  }),
});

function row(name: string, total: number, free: number): string[] {
  return [name, formatBytes(total), formatBytes(total - free), formatBytes(free), formatShare(total - free, total)];
}
