import { perGuest } from '../per-guest.js';
import { ifPossible } from './optional.js';

/** What runs in the guest; whatever the agent does not tell is left out. */
export const verb = perGuest({
  ask: async (guest) => {
    const system = await guest.call('guest-get-osinfo');
    const host = await ifPossible(guest.call('guest-get-host-name'));
    const timezone = await ifPossible(guest.call('guest-get-timezone'));
    return {
      ...(host === undefined ? {} : { 'host-name': host['host-name'] }),
      ...system,
      ...(timezone === undefined ? {} : { timezone }),
    };
  },
  show: (value) => {
    const { timezone } = value;
    return {
      head: ['HOST', 'SYSTEM', 'KERNEL', 'MACHINE', 'ZONE'],
      rows: [
        [
          value['host-name'] ?? '-',
          value['pretty-name'] ?? value.name ?? value.id ?? '-',
          value['kernel-release'] ?? '-',
          value.machine ?? '-',
          timezone === undefined ? '-' : `${timezone.zone ?? ''} ${formatOffset(timezone.offset)}`.trim(),
        ],
      ],
    };
  },
});

/** @returns `+02:00` */
function formatOffset(seconds: number): string {
  const minutes = Math.abs(Math.trunc(seconds / 60));
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${seconds < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
