import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from './usage-error.js';

/** The configuration file: names for guests, and defaults. */
export interface Config {
  /** a name, and where the guest is: a target as `-s` takes it */
  readonly guests: Readonly<Record<string, string>>;
  /** the guest that is meant when none is named */
  readonly default?: string;
}

/** @returns $QGA_CONFIG, or `qga/config.json` in the user's folder for configuration */
export function configPath(): string {
  const folder = process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config');
  return process.env['QGA_CONFIG'] ?? join(folder, 'qga', 'config.json');
}

/**
 * Reads the configuration; a missing file is an empty one.
 * @throws UsageError when it cannot be read or understood
 */
export function readConfig(path = configPath()): Config {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { guests: {} };
    throw new UsageError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  try {
    return check(JSON.parse(text));
  } catch (error) {
    throw new UsageError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function check(value: unknown): Config {
  if (!isRecord(value)) throw new Error('wants an object such as {"guests": {"web-1": "unix:/run/web-1.sock"}}');
  const { guests = {}, default: usual, ...more } = value;
  const stranger = Object.keys(more)[0];
  if (stranger !== undefined) throw new Error(`does not know '${stranger}'; there are guests and default`);
  if (!isRecord(guests)) throw new Error("'guests' wants an object: names and targets");
  const named: Record<string, string> = {};
  for (const [name, target] of Object.entries(guests)) {
    if (typeof target !== 'string') throw new Error(`the target of '${name}' wants to be text`);
    named[name] = target;
  }
  if (usual === undefined) return { guests: named };
  if (typeof usual !== 'string') throw new Error("'default' wants a guest's name");
  return { guests: named, default: usual };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
