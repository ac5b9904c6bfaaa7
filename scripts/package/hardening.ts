import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readProjectFile, ROOT } from '../repository.js';

const SYSTEM = path.join(ROOT, 'packages/agent/system');
const UNIT = 'qemu-guest-agent.service';
const PAGE = 'docs/security.md';
const [BEGIN, END] = ['<!-- scores: begin -->', '<!-- scores: end -->'];

/** Runs systemd-analyze; what it says is what was asked for. */
function analyze(...args: string[]): string {
  const { stdout, stderr, error } = spawnSync('systemd-analyze', ['--no-pager', ...args], { encoding: 'utf8' });
  if (error !== undefined) throw new Error(`systemd-analyze: ${error.message} (apt-get install systemd)`);
  if (stdout === '') throw new Error(`systemd-analyze: ${stderr}`);
  return stdout;
}

/** @param profile a drop-in of system/profiles; undefined: the unit alone @returns the exposure, 0 to 10 */
function exposure(profile: string | undefined): string {
  const root = mkdtempSync(path.join(os.tmpdir(), 'qga-units-'));
  try {
    const units = path.join(root, 'usr/lib/systemd/system');
    cpSync('/usr/lib/systemd/system', units, { recursive: true, verbatimSymlinks: true });
    cpSync(path.join(SYSTEM, UNIT), path.join(units, UNIT));
    if (profile !== undefined) {
      const folder = path.join(root, `etc/systemd/system/${UNIT}.d`);
      mkdirSync(folder, { recursive: true });
      cpSync(path.join(SYSTEM, 'profiles', `${profile}.conf`), path.join(folder, `${profile}.conf`));
    }
    const text = analyze('security', '--offline=true', `--root=${root}`, UNIT);
    const score = /Overall exposure level for \S+: ([\d.]+)/.exec(text)?.[1];
    if (score === undefined) throw new Error(`systemd-analyze gives no score: ${text}`);
    return score;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function capabilities(profile: string): string {
  const set = /^CapabilityBoundingSet=(.*)$/m.exec(readProjectFile(`packages/agent/system/profiles/${profile}.conf`));
  return (set?.[1] ?? '').split(' ').join(', ').replaceAll('CAP_', '');
}

/** The table of the page, aligned as the formatter does it. */
function table(): string {
  const profiles = readdirSync(path.join(SYSTEM, 'profiles')).map((name) => path.basename(name, '.conf'));
  const rows = [
    ['drop-in', 'capabilities', 'exposure'],
    ['none', 'all', exposure(undefined)],
    ...profiles.sort().map((profile) => [`\`${profile}.conf\``, capabilities(profile), exposure(profile)]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

const page = readProjectFile(PAGE);
const [before, after] = [page.indexOf(BEGIN), page.indexOf(END)];
if (before < 0 || after < before) throw new Error(`${PAGE} has no ${BEGIN} … ${END}`);
const version = /^systemd (\d+)/.exec(analyze('--version'))?.[1] ?? 'of unknown version';
const scores = `${table()}\n\nBy \`systemd-analyze security --offline=true\` of systemd ${version}; 10 is a service without any restriction.`;
writeFileSync(path.join(ROOT, PAGE), `${page.slice(0, before)}${BEGIN}\n\n${scores}\n\n${page.slice(after)}`);
process.stdout.write(`${scores}\n`);
