import { buses } from './buses.js';
import { clientShutdown, clientVerbs } from './client-verbs.js';
import { clock } from './clock.js';
import { fileRoundTrip } from './file-round-trip.js';
import { clockJumps, manyPings, replugged, upgraded } from './faults/agent.js';
import { badDisk, diskFull, manyHandles, oddFiles, tightMemory } from './faults/files.js';
import { filesystems } from './filesystems.js';
import { freezeBlocksWrites } from './freeze-blocks-writes.js';
import { freezeCounts } from './freeze-counts.js';
import { freezeFaults } from './freeze-faults.js';
import { freezeHook } from './freeze-hook.js';
import { halfMessage } from './half-message.js';
import { hostReconnects } from './host-reconnects.js';
import { isaSerial } from './isa-serial.js';
import { keys, password } from './keys.js';
import { killedWhileFrozen } from './killed-while-frozen.js';
import { absentHost } from './absent-host.js';
import { basics } from './basics.js';
import { deviceMapper } from './device-mapper.js';
import { backupProfile, vsockPeers } from './policy.js';
import { portOpens } from './port-opens.js';
import type { Scenario } from './scenario.js';
import { selfTest } from './self-test.js';
import { halt, powerdown, reboot } from './shutdown.js';
import { suspend } from './suspend.js';
import { staleReply } from './stale-reply.js';
import { syncAfterGarbage } from './sync-after-garbage.js';
import { trim } from './trim.js';
import { vcpus } from './vcpus.js';
import { vsock } from './vsock.js';

/** A machine and what is proved in it, in this order. */
export interface Session {
  readonly name: string;
  readonly agents: readonly string[];
  readonly disks: boolean;
  readonly buses?: boolean;
  readonly scenarios: readonly Scenario[];
}

/** All sessions; a shutdown ends its machine, so each needs one and comes last in it. */
export const sessions: readonly Session[] = [
  {
    name: 'main',
    agents: ['virtio', 'isa', 'vsock'],
    disks: true,
    scenarios: [
      portOpens,
      basics,
      syncAfterGarbage,
      ...fileRoundTrip,
      ...hostReconnects,
      halfMessage,
      staleReply,
      absentHost,
      freezeBlocksWrites,
      freezeCounts,
      freezeHook,
      killedWhileFrozen,
      trim,
      filesystems,
      vcpus,
      clock,
      keys,
      password,
      isaSerial,
      vsock,
      vsockPeers,
      backupProfile,
      selfTest,
      powerdown,
    ],
  },
  {
    name: 'faults',
    agents: ['virtio', 'isa'],
    disks: false,
    scenarios: [diskFull, oddFiles, manyHandles, clockJumps, upgraded, replugged, manyPings, tightMemory],
  },
  { name: 'buses', agents: ['virtio'], disks: false, buses: true, scenarios: [deviceMapper, buses, badDisk] },

  { name: 'freeze faults', agents: ['virtio'], disks: true, scenarios: freezeFaults },
  { name: 'client', agents: ['virtio'], disks: true, scenarios: [clientVerbs, clientShutdown] },
  { name: 'suspend', agents: ['virtio'], disks: false, scenarios: [suspend] },
  { name: 'halt', agents: ['virtio'], disks: false, scenarios: [halt] },
  { name: 'reboot', agents: ['virtio'], disks: false, scenarios: [reboot] },
];
