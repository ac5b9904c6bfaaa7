import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readProjectFile, ROOT } from '../repository.js';
import { DEBIAN_ARCHITECTURES, writeControl } from './debian.js';
import { INSTALL_SCRIPT, META_DATA, USER_DATA } from './seed.js';
import { layOut, setTimes } from './tree.js';

const OUTPUT = path.join(ROOT, 'build/packages');
const { version } = JSON.parse(readProjectFile('package.json')) as { version: string };

/** Runs a program; its failure is ours. */
function run(program: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  if (error !== undefined || status !== 0) throw new Error(`${program}: ${error?.message ?? stderr}`);
  return stdout;
}

/** The time of everything in the packages, in seconds: that of the last commit, so that the same source makes the same bytes. */
function sourceTime(): number {
  const given = process.env['SOURCE_DATE_EPOCH'];
  return Number(given ?? run('git', '-C', ROOT, 'log', '-1', '--format=%ct'));
}

function tarball(machine: string, binary: string, time: number): void {
  const name = `qga-guest-agent-${version}-linux-${machine}`;
  const folder = path.join(OUTPUT, 'tree', name);
  layOut(folder, binary, version, true);
  setTimes(folder, time);
  const file = path.join(OUTPUT, `${name}.tar`);
  const fixed = ['--sort=name', `--mtime=@${time}`, '--owner=0', '--group=0', '--numeric-owner', '--format=gnu'];
  run('tar', ...fixed, '-cf', file, '-C', path.dirname(folder), name);
  run('gzip', '-9nf', file);
}

function debianPackage(machine: keyof typeof DEBIAN_ARCHITECTURES, binary: string, time: number): void {
  const architecture = DEBIAN_ARCHITECTURES[machine];
  const folder = path.join(OUTPUT, 'tree', architecture);
  layOut(folder, binary, version, false);
  writeControl(folder, version, architecture, Math.ceil(statSync(binary).size / 1024) + 40);
  setTimes(folder, time);
  process.env['SOURCE_DATE_EPOCH'] = String(time);
  const file = path.join(OUTPUT, `qga-guest-agent_${version}_${architecture}.deb`);
  run('dpkg-deb', '--root-owner-group', '-Zxz', '--build', folder, file);
}

/** A CD that installs itself: by cloud-init, or by its install.sh. */
function seedCd(): void {
  const folder = path.join(OUTPUT, 'tree/cd');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'user-data'), USER_DATA);
  writeFileSync(path.join(folder, 'meta-data'), META_DATA);
  writeFileSync(path.join(folder, 'install.sh'), INSTALL_SCRIPT, { mode: 0o755 });
  for (const name of run('ls', OUTPUT).split('\n')) {
    if (/\.(deb|tar\.gz)$/.test(name)) cpSync(path.join(OUTPUT, name), path.join(folder, name));
  }
  const file = path.join(OUTPUT, `qga-guest-agent-${version}.iso`);
  run('genisoimage', '-quiet', '-o', file, '-volid', 'CIDATA', '-joliet', '-rock', folder);
}

function has(program: string): boolean {
  return spawnSync(program, ['--version']).error === undefined;
}

rmSync(OUTPUT, { recursive: true, force: true });
mkdirSync(OUTPUT, { recursive: true });
const time = sourceTime();
for (const machine of ['x86_64', 'aarch64'] as const) {
  const binary = path.join(ROOT, `build/native/${machine}/qemu-ga`);
  if (!existsSync(binary)) {
    process.stdout.write(`skipped ${machine}: ${binary} is missing; npm run build:native makes it\n`);
    continue;
  }
  tarball(machine, binary, time);
  if (has('dpkg-deb')) debianPackage(machine, binary, time);
  else process.stdout.write('skipped the Debian package: dpkg-deb is missing\n');
}
writeFileSync(path.join(OUTPUT, 'cloud-init.yaml'), USER_DATA);
if (has('genisoimage')) seedCd();
else process.stdout.write('skipped the CD: genisoimage is missing (apt-get install genisoimage)\n');
rmSync(path.join(OUTPUT, 'tree'), { recursive: true, force: true });
for (const name of run('ls', OUTPUT)
  .split('\n')
  .filter((line) => line !== '')) {
  const bytes = readFileSync(path.join(OUTPUT, name)).length;
  process.stdout.write(`build/packages/${name}  ${(bytes / 1024).toFixed(0)} KiB\n`);
}
