import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AgentProgram } from './types.js';

/** The repository's root; the compiled harness is in `build/conformance/harness`. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');

/** Where fetch-reference puts the newest packaged agent of QEMU. */
export const REFERENCE_DIRECTORY = join(ROOT, 'build', 'reference-agent');

const OLD_AGENT = '/usr/sbin/qemu-ga';

/** An agent to run, or why there is none. */
export type Found = { readonly program: AgentProgram } | { readonly label: string; readonly reason: string };

/** Ours, run by the same Node that runs the suite. */
export function findOurs(): Found {
  const entry = join(ROOT, 'packages', 'agent', 'bin', 'qemu-ga.js');
  const built = join(ROOT, 'packages', 'agent', 'dist', 'node', 'main.js');
  if (!existsSync(built)) return { label: 'ours', reason: 'packages/agent is not built' };
  return { program: { label: 'ours', command: [process.execPath, entry] } };
}

/** Ours as guests get it, without Node. */
export function findNative(): Found {
  const binary = join(ROOT, 'build', 'native', process.arch === 'arm64' ? 'aarch64' : 'x86_64', 'qemu-ga');
  if (!existsSync(binary)) return { label: 'native', reason: `${binary} is missing; run: npm run build:native` };
  return { program: { label: 'native', command: [binary] } };
}

/**
 * The agent that decides what is right.
 *
 * @param path an executable, or a directory that contains one called `qemu-ga`
 */
export function findReference(path = REFERENCE_DIRECTORY): Found {
  const isDirectory = existsSync(path) && statSync(path).isDirectory();
  const executable = resolve(isDirectory ? join(path, 'qemu-ga') : path);
  const reason = `${executable} is missing; run: node build/conformance/fetch-reference.js`;
  if (!existsSync(executable)) return { label: 'reference', reason };
  return { program: { label: 'reference', command: [executable] } };
}

/** The distribution's own agent, an older one as a rule; it is compared for information only. */
export function findInstalled(): Found {
  if (!existsSync(OLD_AGENT)) return { label: 'installed', reason: `${OLD_AGENT} is not installed` };
  return { program: { label: 'installed', command: [OLD_AGENT] } };
}

/** What an agent says about its version, or why it cannot. */
export function versionOf(program: AgentProgram): string {
  const [executable = '', ...first] = program.command;
  try {
    return execFileSync(executable, [...first, '-V'], { encoding: 'utf8', timeout: 10_000 }).trim();
  } catch (error) {
    return `no version: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`;
  }
}
