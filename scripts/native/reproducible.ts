import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ROOT } from '../repository.js';

/**
 * Builds binaries and packages a second time, from a copy of the compiled project in a folder of another name, and compares all
 * bytes with what is in build/native and build/packages. The architectures and packages that are there are compared.
 *
 *     node build/scripts/native/reproducible.js
 */

const ARCHITECTURES = ['x86_64', 'aarch64'].filter((name) =>
  existsSync(path.join(ROOT, `build/native/${name}/qemu-ga`)),
);

/** The files to compare, relative to the root. */
function results(): string[] {
  const folder = path.join(ROOT, 'build/packages');
  // the CD has the time at which it was made in it
  const packages = existsSync(folder) ? readdirSync(folder).filter((name) => !name.endsWith('.iso')) : [];
  return [
    ...ARCHITECTURES.map((name) => `build/native/${name}/qemu-ga`),
    ...packages.map((name) => `build/packages/${name}`),
  ];
}

function copyProject(copy: string): void {
  for (const name of ['package.json', 'tsconfig.base.json', 'LICENSE', 'packages', 'node_modules', 'build/scripts']) {
    cpSync(path.join(ROOT, name), path.join(copy, name), { recursive: true, verbatimSymlinks: true });
  }
}

function sum(root: string, file: string): string {
  const full = path.join(root, file);
  return existsSync(full) ? createHash('sha256').update(readFileSync(full)).digest('hex') : 'not there';
}

function build(copy: string, files: readonly string[]): void {
  const time = execFileSync('git', ['-C', ROOT, 'log', '-1', '--format=%ct'], { encoding: 'utf8' }).trim();
  const env = { ...process.env, SOURCE_DATE_EPOCH: time, TZ: 'Asia/Kolkata', LANG: 'C' };
  const run = (...args: string[]): unknown => execFileSync(process.execPath, args, { cwd: copy, stdio: 'ignore', env });
  const arch = ARCHITECTURES.length > 1 ? 'all' : (ARCHITECTURES[0] ?? 'x86_64');
  run('build/scripts/build-native.js', '--arch', arch);
  if (files.some((name) => name.startsWith('build/packages'))) run('build/scripts/package/main.js');
}

function main(): number {
  const files = results();
  if (files.length === 0) {
    process.stdout.write('nothing to compare: npm run build:native && npm run package\n');
    return 1;
  }
  const copy = mkdtempSync(path.join(tmpdir(), 'another folder-'));
  try {
    copyProject(copy);
    build(copy, files);
    const different = files.filter((file) => sum(ROOT, file) !== sum(copy, file));
    for (const file of files) process.stdout.write(`${different.includes(file) ? 'FAILED' : 'ok    '} ${file}\n`);
    return different.length === 0 ? 0 : 1;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

process.exitCode = main();
