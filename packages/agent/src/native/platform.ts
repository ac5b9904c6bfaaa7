import type { Clock, LogOutput, Platform, System } from '../platform.js';
import { checked } from '../descriptors.js';
import { askRoutingSocket } from '../transports/routing-socket.js';
import { SystemError } from '../core/system-error.js';
import { nativeFiles } from './files.js';
import { NativeProcesses } from './processes.js';
import type { Primitives } from './primitives.js';

/** The clock and the timers of the host's loop. */
export function nativeClock(primitives: Primitives): Clock {
  return {
    now: () => primitives.now(),
    monotonic: () => primitives.monotonic(),
    after(milliseconds, callback) {
      const timer = primitives.after(milliseconds, callback);
      return () => {
        primitives.cancel(timer);
      };
    },
  };
}

function unameOf(primitives: Primitives): ReturnType<System['uname']> {
  const names = primitives.uname();
  if (typeof names === 'number') throw new SystemError(-names);
  const [nodename, release, version, machine] = names;
  return { nodename, release, version, machine };
}

function nativeSystem(primitives: Primitives): System {
  return {
    uname: () => unameOf(primitives),
    loadAverages() {
      const loads = primitives.loadAverages();
      if (typeof loads === 'number') throw new SystemError(-loads);
      return loads;
    },
    environment: (name) => primitives.environment(name),
    lockMemory(locked) {
      // without the privilege the agent works as well as it did without the lock
      primitives.lockMemory(locked);
    },
    setTime(time) {
      const microseconds = time / 1000n;
      checked(primitives.setTime(Number(microseconds / 1_000_000n), Number(microseconds % 1_000_000n)));
    },
    netlink: async (request) => askRoutingSocket(primitives, request),
  };
}

/** Files alone, for what comes before there is a log. */
export function hostFiles(primitives: Primitives): Platform['files'] {
  return nativeFiles(primitives, unameOf(primitives).machine);
}

/** The port over the primitives. */
export function nativePlatform(primitives: Primitives, logs: LogOutput): Platform {
  return {
    kernels: primitives,
    files: hostFiles(primitives),
    processes: new NativeProcesses(primitives),
    system: nativeSystem(primitives),
    clock: nativeClock(primitives),
    logs,
    sha256: (parts) => primitives.sha256(parts),
  };
}
