import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../paths.js';
import { VERBS } from './verbs.js';
import type { VerbCase } from './verbs.js';

const PROGRAM = join(root, 'packages/cli/bin/qga.js');

/** A machine that is emulated, on a host that is busy. */
const LIMIT_MS = 60_000;

interface Run {
  readonly code: number;
  readonly out: string;
  readonly errors: string;
}

/** Runs the command line as a user does, with nothing of this machine's configuration. */
export function qga(target: string, argv: readonly string[], input = ''): Promise<Run> {
  const env = { PATH: process.env['PATH'], HOME: '/nonexistent', QGA_CONFIG: '/nonexistent' };
  return new Promise((resolve) => {
    const all = [PROGRAM, '-s', target, ...argv];
    const child = execFile(process.execPath, all, { env, timeout: LIMIT_MS }, (_, out, errors) => {
      resolve({ code: child.exitCode ?? -1, out, errors });
    });
    child.stdin?.on('error', () => undefined).end(input);
  });
}

/**
 * Goes through the verbs of the command line with one agent and one way to reach it.
 * @param user one that the guest has, who gets and loses a key and gets a password
 * @param way what the table in `build/` is called after
 * @returns a line for each verb, the same whenever all is well
 * @throws Error that names the verbs that do not do what they should, and what they said
 */
export async function checkVerbs(target: string, way: string, user: string): Promise<string> {
  const local = mkdtempSync(join(tmpdir(), 'qga-matrix-'));
  writeFileSync(join(local, 'sent'), 'what is sent\n');
  const rows: string[] = [];
  const faults: string[] = [];
  try {
    for (const one of VERBS) {
      const argv = one.argv.map((word) => word.replace('LOCAL', local).replace('USER', user));
      const fault = complaint(one, await qga(target, argv, one.input));
      rows.push(`| ${one.argv.join(' ').replaceAll('|', '\\|')} | ${fault === undefined ? 'ok' : 'FAILED'} |`);
      if (fault !== undefined) faults.push(`qga ${one.argv.join(' ')}: ${fault}`);
    }
    const got = readFileSync(join(local, 'got'), 'utf8');
    if (got !== 'what is sent\n') faults.push(`what came back is ${JSON.stringify(got)}`);
  } finally {
    rmSync(local, { recursive: true, force: true });
  }
  const table = `| qga | ${way} |\n| --- | --- |\n${rows.join('\n')}\n`;
  mkdirSync(join(root, 'build'), { recursive: true });
  writeFileSync(join(root, `build/client-matrix-${way}.md`), table);
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return rows.join('\n');
}

function complaint({ seen = /^/, code = 0 }: VerbCase, run: Run): string | undefined {
  if (run.code === code && seen.test(run.out)) return undefined;
  return `exit code ${run.code}, ${JSON.stringify(run.out.slice(0, 300))} ${JSON.stringify(run.errors.slice(0, 300))}`;
}
