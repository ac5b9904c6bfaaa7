import { existsSync } from 'node:fs';
import path from 'node:path';
import { projectFiles, readProjectFile, ROOT } from './repository.js';

/** Lines that a hand-written source file may have; longer ones are to be split. */
const MAX_LINES = 300;
const PACKAGES = ['protocol', 'schema', 'agent', 'client', 'cli'] as const;

/** @returns the source files that outgrew the limit */
export function checkSizes(): string[] {
  return projectFiles('*.ts', '*.c', '*.h', '*.js')
    .filter((file) => !file.includes('/generated/'))
    .map((file) => ({ file, lines: readProjectFile(file).split('\n').length - 1 }))
    .filter(({ lines }) => lines > MAX_LINES)
    .map(({ file, lines }) => `${file} has ${String(lines)} lines, more than ${String(MAX_LINES)}`);
}

/** @returns places where the one version of the project is written differently */
export function checkVersions(): string[] {
  const version = (JSON.parse(readProjectFile('package.json')) as { version: string }).version;
  const faults: string[] = [];
  for (const name of PACKAGES) {
    const file = `packages/${name}/package.json`;
    const own = JSON.parse(readProjectFile(file)) as { version: string; dependencies?: Record<string, string> };
    if (own.version !== version) faults.push(`${file}: version ${own.version}, the root has ${version}`);
    for (const [dependency, wanted] of Object.entries(own.dependencies ?? {})) {
      if (dependency.startsWith('@qga/') && wanted !== version)
        faults.push(`${file}: ${dependency} ${wanted}, not ${version}`);
    }
  }
  const constant = "export const VERSION = '" + version + "';";
  if (!readProjectFile('packages/agent/src/core/version.ts').includes(constant)) {
    faults.push(`packages/agent/src/core/version.ts: VERSION is not ${version}`);
  }
  return faults;
}

/** The anchor of a heading, as forges make it. */
function anchor(heading: string): string {
  const text = heading.replace(/`/g, '').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
  return text
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
}

function anchorsOf(file: string): Set<string> {
  const text = readProjectFile(file).replace(/^```[\s\S]*?^```/gm, '');
  const headings = Array.from(text.matchAll(/^#+ (.*)$/gm), ([, heading]) => anchor(heading ?? ''));
  const named = Array.from(text.matchAll(/<a (?:id|name)="([^"]+)"/g), ([, name]) => name ?? '');
  return new Set([...headings, ...named]);
}

/** @returns links of the project's documents that lead nowhere */
export function checkLinks(): string[] {
  const faults: string[] = [];
  for (const file of projectFiles('*.md')) {
    const text = readProjectFile(file).replace(/^```[\s\S]*?^```/gm, '');
    for (const [, link = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(link)) continue;
      const [name = '', fragment] = link.split('#');
      const target = name === '' ? file : path.posix.join(path.posix.dirname(file), name);
      if (!existsSync(path.join(ROOT, target))) faults.push(`${file}: ${link} does not exist`);
      else if (fragment !== undefined && target.endsWith('.md') && !anchorsOf(target).has(fragment)) {
        faults.push(`${file}: ${link}: no such heading`);
      }
    }
  }
  return faults;
}
