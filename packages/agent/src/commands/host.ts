import type { GuestTimezone } from '@qga/protocol';
import type { CommandSet } from '../core/command.js';
import type { Context } from '../core/context.js';
import { decodeLossy } from '../core/lossy.js';
import { readFile, readTextFile } from '../core/read-file.js';
import { isErrno } from '../core/system-error.js';
import { parseOsRelease } from '../linux/os-release.js';
import { fixedOffset, parsePosixZone, posixZoneAt, UTC, type LocalTime } from '../linux/posix-zone.js';
import { parseTzif, tzifAt } from '../linux/tzif.js';
import { parseUtmp, utmpLayout } from '../linux/utmp.js';

/** Name of the variable that gives another os-release file. */
const OS_RELEASE_VARIABLE = 'QGA_OS_RELEASE';

/** Members of the reply and what os-release calls them. */
const OS_RELEASE_KEYS = {
  id: 'ID',
  name: 'NAME',
  'pretty-name': 'PRETTY_NAME',
  version: 'VERSION',
  'version-id': 'VERSION_ID',
  variant: 'VARIANT',
  'variant-id': 'VARIANT_ID',
} as const;

export const hostCommands = {
  'guest-get-host-name': {
    run: (_, { platform }) => ({ 'host-name': platform.system.uname().nodename }),
  },

  'guest-get-users': {
    async run(_, { paths, platform }) {
      const bytes = await orElse(readFile(platform, paths.utmp), new Uint8Array(0));
      const first = new Map<string, number>();
      for (const { user, time } of parseUtmp(bytes, utmpLayout(platform.system.uname().machine))) {
        const name = decodeLossy(platform.kernels, user);
        first.set(name, Math.min(time, first.get(name) ?? time));
      }
      return Array.from(first, ([user, time]) => ({ user, 'login-time': time }));
    },
  },

  'guest-get-timezone': {
    run: (_, context) => localZone(context),
  },

  'guest-get-osinfo': {
    async run(_, context) {
      const { release, version, machine } = context.platform.system.uname();
      const values = parseOsRelease(await readOsRelease(context));
      const members = Object.entries(OS_RELEASE_KEYS)
        .map(([member, key]) => [member, values.get(key)] as const)
        .filter(([, value]) => value !== undefined);
      return { 'kernel-release': release, 'kernel-version': version, machine, ...Object.fromEntries(members) };
    },
  },

  'guest-get-load': {
    run(_, { platform }) {
      const [load1m, load5m, load15m] = platform.system.loadAverages();
      return { load1m, load5m, load15m };
    },
  },
} satisfies Partial<CommandSet>;

/** What is read, or another value when the system refuses. */
async function orElse<T>(reading: Promise<T>, other: T): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (isErrno(error)) return other;
    throw error;
  }
}

async function readOsRelease({ paths, platform }: Context): Promise<string> {
  const given = platform.system.environment(OS_RELEASE_VARIABLE);
  for (const path of given === undefined ? paths.osRelease : [given]) {
    const text = await orElse(readTextFile(platform, path), undefined);
    if (text !== undefined) return text;
  }
  return '';
}

/** The zone that TZ names, else the system's; read anew each time, so that a change shows. */
async function localZone(context: Context): Promise<GuestTimezone> {
  const { paths, platform } = context;
  const now = Number(platform.clock.now() / 1_000_000_000n);
  const variable = platform.system.environment('TZ');
  if (variable === undefined) return (await zoneFileAt(context, paths.localtime, now)) ?? UTC;
  const name = variable.replace(/^:/, '');
  if (name === '') return UTC;
  const fixed = fixedOffset(name);
  if (fixed !== undefined) return fixed;
  const file = await zoneFileAt(context, name.startsWith('/') ? name : `${paths.zoneinfo}/${name}`, now);
  if (file !== undefined) return file;
  const rule = parsePosixZone(name);
  return rule === undefined ? UTC : posixZoneAt(rule, now);
}

/** @returns undefined when there is no such file or it is not a time zone's */
async function zoneFileAt({ platform }: Context, path: string, now: number): Promise<LocalTime | undefined> {
  const bytes = await orElse(readFile(platform, path), undefined);
  const zone = bytes === undefined ? undefined : parseTzif(bytes);
  return zone === undefined ? undefined : tzifAt(zone, now);
}
